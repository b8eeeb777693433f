import { Button, Menu } from "@mantine/core";

import { Icon } from "../Icon";
import { t } from "../../shared/i18n";

interface Props {
  /** The first one always stays: it names the row. */
  columns: readonly { key: string; title: string }[];
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
}

/** Which columns are shown. */
export function ColumnChoice({ columns, hidden, onToggle }: Props) {
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="columns" size={16} />}>
          {t("Columns")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.slice(1).map((column) => (
          <Menu.CheckboxItem key={column.key} checked={!hidden.has(column.key)} onChange={() => onToggle(column.key)}>
            {column.title}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
