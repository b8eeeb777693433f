import { Button } from "@mantine/core";

import { nt, t } from "../../shared/i18n";
import { useDesk } from "../context";
import { useQueues } from "../duty/context";
import type { Change } from "../duty/own-queues";
import { Chairman } from "./Chairman";
import { OwnFigures } from "./OwnFigures";
import styles from "./QueueDesk.module.css";
import { type OwnBoard, seatWords } from "./queue-desk";

/** The own queues at a glance, and for a chairman all that goes on; nothing for who serves none. */
export function QueueDesk() {
  const { queues, boards } = useQueues();
  const own = useDesk().me.id;
  if (!boards || boards.items.length === 0) return null;
  return (
    <section className={styles.desk} aria-labelledby="queue-desk">
      <h2 id="queue-desk">{t("My queues")}</h2>
      <ul className={styles.queues}>
        {boards.items.map((board) => (
          <Queue key={board.number} board={board} own={own} change={(change) => void queues.change(change)} />
        ))}
      </ul>
      <OwnFigures />
    </section>
  );
}

function Queue({ board, own, change }: { board: OwnBoard; own: string; change: (change: Change) => void }) {
  const seat = board.agents.find((each) => each.agent === own);
  const away = seat?.state === "logged_out";
  return (
    <li>
      <span className={styles.name}>
        <bdi>{board.name}</bdi> <span className={styles.soft}>{board.number}</span>
      </span>
      <span>{nt("{n} caller waits", "{n} callers wait", board.waiting.length)}</span>
      {seat && <span className={styles.soft}>{seatWords(seat)}</span>}
      {seat && (seat.may_log_in || away) && (
        <Button size="compact-xs" variant="default" onClick={() => change({ change: away ? "log_in" : "log_out", queues: [board.number] })}>
          {away ? t("Log in") : t("Log out")}
        </Button>
      )}
      {board.chaired && <Chairman board={board} />}
    </li>
  );
}
