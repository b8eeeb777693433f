import { ActionIcon, Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import type { IconName } from "../../shared/icons";

export interface RowAction<Row> {
  label: string;
  icon: IconName;
  run?: (row: Row) => void | Promise<void>;
  href?: string;
  danger?: boolean;
  /** With its words beside the icon. */
  words?: boolean;
}

/** A row's button; what it is about is told by the row's name. */
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
