import { Button } from "@mantine/core";

import { Icon } from "../Icon";
import type { IconName } from "../../shared/icons";
import { nt, t } from "../../shared/i18n";
import styles from "./DataTable.module.css";

export interface BulkAction {
  label: string;
  icon: IconName;
  danger?: boolean;
  /** A question before; without it the action runs at once. */
  confirm?: (count: number) => { title: string; text: string };
  run: (ids: string[]) => Promise<void>;
}

interface Props {
  count: number;
  actions: readonly BulkAction[];
  onAct: (action: BulkAction) => void;
  onClear: () => void;
}

/** What can be done with all rows that are chosen. */
export function BulkBar({ count, actions, onAct, onClear }: Props) {
  return (
    <div className={styles.bulk} role="toolbar" aria-label={t("With the selected ones")}>
      <span role="status">{nt("{n} selected", "{n} selected", count)}</span>
      {actions.map((action) => (
        <Button key={action.label} size="compact-sm" variant={action.danger ? "light" : "default"} color={action.danger ? "red" : "brand"} leftSection={<Icon name={action.icon} size={15} />} onClick={() => onAct(action)}>
          {action.label}
        </Button>
      ))}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
        {t("Clear selection")}
      </Button>
    </div>
  );
}
