import { Button, Menu } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { useDesk } from "../context";
import styles from "./QueueDesk.module.css";
import { type OwnBoard, type OwnBoards, seatWords, spanOf, standing } from "./queue-desk";

const PATH = "/v1/me/queue-board";
const EVERY_MS = 2000;
const MORE_S = 60;

/** The own queues: log in and out, take a break for a reason, end the wrap-up; nothing for who serves none. */
export function QueueDesk() {
  const { api } = useSession();
  const own = useDesk().me.id;
  const [boards, setBoards] = useState<OwnBoards | null>(null);
  const load = useCallback(async () => {
    try {
      if (!document.hidden) setBoards(await api.get<OwnBoards>(PATH));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // what was known stays until the server is back
    }
  }, [api]);
  const serves = boards === null || boards.items.length > 0;
  useEffect(() => {
    void load();
    if (!serves) return;
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => clearInterval(timer);
  }, [load, serves]);

  async function change(body: Record<string, unknown>, of?: string): Promise<void> {
    try {
      await api.post(of === undefined ? "/v1/me/duty" : `${PATH}/agents/${encodeURIComponent(of)}/duty`, body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: t("This was not done"), text: error.message || t("The server cannot be reached. Please try again.") });
    }
    await load();
  }

  if (boards === null || boards.items.length === 0) return null;
  const { onBreak, leftS } = standing(boards.items, own);
  return (
    <section className={styles.desk} aria-labelledby="queue-desk">
      <div className={styles.head}>
        <h2 id="queue-desk">{t("My queues")}</h2>
        {onBreak ? (
          <Button size="compact-sm" leftSection={<Icon name="play" size={14} />} onClick={() => void change({ change: "end_break" })}>
            {t("End break")}
          </Button>
        ) : (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button size="compact-sm" variant="default" leftSection={<Icon name="pause" size={14} />}>
                {t("Take a break")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {["", ...boards.reasons].map((reason) => (
                <Menu.Item key={reason} onClick={() => void change({ change: "take_break", reason })}>
                  {reason || t("Without a reason")}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {leftS > 0 && (
        <p className={styles.wrap}>
          <span role="timer">{t("Wrap-up: {left} left", { left: spanOf(leftS) })}</span>
          <Button size="compact-xs" variant="default" onClick={() => void change({ change: "extend", by_s: MORE_S })}>
            {t("One more minute")}
          </Button>
          <Button size="compact-xs" onClick={() => void change({ change: "ready" })}>
            {t("Ready")}
          </Button>
        </p>
      )}
      <ul className={styles.queues}>
        {boards.items.map((board) => (
          <Queue key={board.number} board={board} own={own} change={(body, of) => void change(body, of)} />
        ))}
      </ul>
    </section>
  );
}

function Queue({ board, own, change }: { board: OwnBoard; own: string; change: (body: Record<string, unknown>, of?: string) => void }) {
  const seat = board.agents.find((each) => each.agent === own);
  const away = seat?.state === "logged_out";
  return (
    <li>
      <span className={styles.name}>
        <bdi>{board.name}</bdi> <span className={styles.soft}>{board.number}</span>
      </span>
      <span>{nt("{n} caller waits", "{n} callers wait", board.waiting.length)}</span>
      {seat && <span className={styles.soft}>{seatWords(seat)}</span>}
      {seat && !seat.static && (
        <Button size="compact-xs" variant="default" onClick={() => change({ change: away ? "log_in" : "log_out", queues: [board.number] })}>
          {away ? t("Log in") : t("Log out")}
        </Button>
      )}
      {board.chaired && (
        <ul className={styles.seats} aria-label={t("Agents of {queue}", { queue: board.name })}>
          {board.agents.map((each) => (
            <li key={each.agent}>
              <span className={styles.name}>
                <bdi>{each.name}</bdi>
              </span>
              <span className={styles.soft}>{seatWords(each)}</span>
              {each.state !== "logged_out" && (
                <Button size="compact-xs" variant="default" aria-label={t("{action}: {whom}", { action: each.state === "on_break" ? t("Unpause") : t("Pause"), whom: each.name })} onClick={() => change({ change: each.state === "on_break" ? "end_break" : "take_break", queues: [board.number] }, each.agent)}>
                  {each.state === "on_break" ? t("Unpause") : t("Pause")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
