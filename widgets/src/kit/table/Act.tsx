import { ActionIcon, Button, Menu } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../Icon";
import type { IconName } from "../../shared/icons";
import { t } from "../../shared/i18n";

export interface RowAction<Row> {
  label: string;
  icon: IconName;
  run?: (row: Row) => void | Promise<void>;
  href?: string;
  danger?: boolean;
  /** With its words beside the icon. */
  words?: boolean;
  /** Rarely wanted: behind the row's button “More”. */
  more?: boolean;
}

/** A row's buttons; those that would crowd it out are in a menu behind the last one. */
export function Acts<Row>({ actions, row, described }: { actions: readonly RowAction<Row>[]; row: Row; described: string }) {
  const kept = actions.filter((action) => action.more);
  return (
    <>
      {actions
        .filter((action) => !action.more)
        .map((action) => (
          <Act key={action.label} action={action} row={row} described={described} />
        ))}
      {kept.length > 0 && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon size="md" variant="subtle" color="gray" aria-label={t("More")} aria-describedby={described} title={t("More")}>
              <Icon name="more" size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {kept.map((action) => {
              const shared = { leftSection: <Icon name={action.icon} size={16} />, ...(action.danger && { color: "red" }) };
              return action.href ? (
                <Menu.Item key={action.label} component="a" href={action.href} {...shared}>
                  {action.label}
                </Menu.Item>
              ) : (
                <Menu.Item key={action.label} onClick={() => void action.run?.(row)} {...shared}>
                  {action.label}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

/** One button; what it is about is told by the row's name. */
export function Act<Row>({ action, row, described }: { action: RowAction<Row>; row: Row; described: string }) {
  const [busy, setBusy] = useState(false);
  const color = action.danger ? "red" : "gray";
  async function run(): Promise<void> {
    setBusy(true);
    try {
      await action.run?.(row);
    } finally {
      setBusy(false);
    }
  }
  if (action.words) {
    const shared = { size: "compact-sm", variant: "light", color: action.danger ? "red" : "brand", leftSection: <Icon name={action.icon} size={15} />, "aria-describedby": described } as const;
    return action.href ? (
      <Button component="a" href={action.href} {...shared}>
        {action.label}
      </Button>
    ) : (
      <Button loading={busy} onClick={() => void run()} {...shared}>
        {action.label}
      </Button>
    );
  }
  const shared = { size: "md", variant: "subtle", color, "aria-label": action.label, "aria-describedby": described, title: action.label } as const;
  return action.href ? (
    <ActionIcon component="a" href={action.href} {...shared}>
      <Icon name={action.icon} size={17} />
    </ActionIcon>
  ) : (
    <ActionIcon loading={busy} onClick={() => void run()} {...shared}>
      <Icon name={action.icon} size={17} />
    </ActionIcon>
  );
}
