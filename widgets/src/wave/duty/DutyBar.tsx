import { ActionIcon, Button, Menu } from "@mantine/core";

import { nt, t } from "../../shared/i18n";
import { Icon } from "../../kit/Icon";
import { countdown } from "../../kit/time";
import { useNow } from "../../kit/useNow";
import { useDesk } from "../context";
import { useQueues } from "./context";
import styles from "./DutyBar.module.css";
import { QueueSwitches } from "./QueueSwitches";
import { type Standing, standingOf, standingWords, toneOf } from "./standing";

const MORE_S = 60;

/** Over every view of an agent: what one does, breaks, the wrap-up, the own queues. Nothing for who serves none. */
export function DutyBar({ showShortcuts, testAlerts }: { showShortcuts: () => void; testAlerts: () => void }) {
  const { queues, boards } = useQueues();
  const own = useDesk().me.id;
  if (!boards || boards.items.length === 0) return null;
  const standing = standingOf(boards.items, own, queues.ahead_ms);
  const waiting = boards.items.reduce((sum, board) => sum + board.waiting.length, 0);
  return (
    <section className={styles.bar} aria-label={t("My duty")}>
      {standing && (
        <p className={styles.state} data-tone={toneOf(standing)}>
          <span role="status">{standingWords(standing)}</span>
          <Clock standing={standing} />
        </p>
      )}
      {waiting > 0 && <p className={styles.waiting}>{nt("{n} caller waits", "{n} callers wait", waiting)}</p>}
      <div className={styles.actions}>
        {standing?.state === "wrap_up" && <WrapUp />}
        {standing && standing.state !== "logged_out" && <Break onBreak={standing.onBreak} reasons={boards.reasons} />}
        {standing && <QueueSwitches />}
        <ActionIcon className={styles.extra} variant="subtle" color="gray" size={30} aria-label={t("Test my alerts")} title={t("Test my alerts")} onClick={testAlerts}>
          <Icon name="bell" size={18} />
        </ActionIcon>
        <ActionIcon className={styles.extra} variant="subtle" color="gray" size={30} aria-label={t("Keyboard shortcuts")} aria-keyshortcuts="?" title={t("Keyboard shortcuts")} onClick={showShortcuts}>
          <b aria-hidden="true">?</b>
        </ActionIcon>
      </div>
    </section>
  );
}

/** How long it has been, or how much is left; for the eye alone. */
function Clock({ standing }: { standing: Standing }) {
  const now = useNow(1000);
  const span_ms = standing.until_ms !== null ? standing.until_ms - now : standing.since_ms !== null ? now - standing.since_ms : null;
  if (span_ms === null || standing.state === "logged_out") return null;
  return (
    <span className={styles.clock} aria-hidden="true">
      {standing.until_ms !== null ? t("{left} left", { left: countdown(span_ms + 999) }) : countdown(span_ms)}
    </span>
  );
}

function WrapUp() {
  const { queues } = useQueues();
  return (
    <>
      <Button size="compact-sm" variant="default" leftSection={<Icon name="plus" size={14} />} onClick={() => void queues.change({ change: "extend", by_s: MORE_S })}>
        <span className={styles.word}>{t("One more minute")}</span>
      </Button>
      <Button size="compact-sm" aria-keyshortcuts="r" onClick={() => void queues.change({ change: "ready" })}>
        {t("Ready")}
      </Button>
    </>
  );
}

function Break({ onBreak, reasons }: { onBreak: boolean; reasons: readonly string[] }) {
  const { queues } = useQueues();
  if (onBreak) {
    return (
      <Button size="compact-sm" aria-keyshortcuts="b" data-shortcut="break" leftSection={<Icon name="play" size={14} />} onClick={() => void queues.change({ change: "end_break" })}>
        <span className={styles.word}>{t("End break")}</span>
      </Button>
    );
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="compact-sm" variant="default" aria-keyshortcuts="b" data-shortcut="break" leftSection={<Icon name="pause" size={14} />}>
          <span className={styles.word}>{t("Take a break")}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {["", ...reasons].map((reason) => (
          <Menu.Item key={reason} onClick={() => void queues.change({ change: "take_break", reason })}>
            {reason || t("Without a reason")}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
