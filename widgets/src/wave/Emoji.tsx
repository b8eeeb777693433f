/** Emoji for the message box: a button, and a board above it. */
import { ActionIcon, Popover } from "@mantine/core";
import { useState } from "react";

import { EMOJI, steer } from "../shared/emoji";
import { t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import styles from "./Emoji.module.css";

/** Hidden where fingers write: their keyboards have emoji of their own. */
export function Emoji({ onPick }: { onPick: (emoji: string) => void }) {
  const [opened, setOpened] = useState(false);
  function pick(emoji: string): void {
    setOpened(false);
    onPick(emoji);
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="top-start" shadow="md" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size={42} radius="xl" className={styles.button} aria-label={t("Emoji")} title={t("Emoji")} onClick={() => setOpened(!opened)}>
          <Icon name="smile" size={20} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("Emoji")} className={styles.dropdown}>
        <div className={styles.board} onKeyDown={(event) => steer(event.currentTarget, event)}>
          {EMOJI.map((each, index) => (
            <button type="button" key={each} tabIndex={index === 0 ? 0 : -1} onClick={() => pick(each)}>
              {each}
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
