import { Menu } from "@mantine/core";
import { useRef } from "react";

import { t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import type { MessageLine } from "./lines";
import styles from "./MessageMenu.module.css";

/** What can be done with a message; left out where it cannot. */
export interface MessageActions {
  reply?: (line: MessageLine) => void;
  edit?: (line: MessageLine) => void;
  remove?: (line: MessageLine) => void;
  info?: (line: MessageLine) => void;
  mayChange?: (line: MessageLine) => boolean;
}

export interface OpenMenu {
  line: MessageLine;
  button: HTMLElement;
}

/** One menu for the whole log: it stands beside the button that opened it. */
export function MessageMenu({ open, actions, onClose }: { open: OpenMenu | null; actions: MessageActions; onClose: () => void }) {
  const last = useRef<OpenMenu | null>(null);
  if (open) last.current = open;
  const shown = last.current;
  if (!shown) return null;
  const { line, button } = shown;
  const box = button.getBoundingClientRect();
  const change = actions.mayChange?.(line) ?? false;
  function run(action: (line: MessageLine) => void): () => void {
    return () => action(line);
  }
  function close(): void {
    onClose();
    button.focus({ preventScroll: true });
  }
  return (
    <Menu opened={open !== null} onClose={close} position="bottom-end" withinPortal trapFocus returnFocus={false} shadow="md">
      <Menu.Target>
        <span aria-hidden="true" className={styles.anchor} style={{ left: box.left, top: box.top, width: box.width, height: box.height }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t("Message options")}>
        {actions.reply && !line.deleted && (
          <Menu.Item leftSection={<Icon name="reply" size={17} />} onClick={run(actions.reply)}>
            {t("Reply")}
          </Menu.Item>
        )}
        {!line.deleted && (
          <Menu.Item leftSection={<Icon name="copy" size={17} />} onClick={() => void copy(line.text)}>
            {t("Copy")}
          </Menu.Item>
        )}
        {actions.info && line.mine && (
          <Menu.Item leftSection={<Icon name="info" size={17} />} onClick={run(actions.info)}>
            {t("Read by")}
          </Menu.Item>
        )}
        {change && actions.edit && !line.file && (
          <Menu.Item leftSection={<Icon name="edit" size={17} />} onClick={run(actions.edit)}>
            {t("Edit")}
          </Menu.Item>
        )}
        {change && actions.remove && (
          <Menu.Item color="red" leftSection={<Icon name="trash" size={17} />} onClick={run(actions.remove)}>
            {t("Delete")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // On plain HTTP there is no clipboard to write to: the older way still works there.
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
}
