import { Button, Menu } from "@mantine/core";
import { type ReactNode, useRef } from "react";

import { mayBeStuck } from "../../kit/FreeAgent";
import { useSession } from "../../kit/session-context";
import { shortTime, spanOf } from "../../kit/time";
import { useHeldFocus } from "../../kit/useHeldFocus";
import { t } from "../../shared/i18n";
import { partyOf } from "../calls/calls";
import { State } from "../../kit/State";
import { type Board, type Caller, type Day, type Seat, seatWords } from "./board";
import type { Doing } from "./QueueBoardPage";
import styles from "./Queues.module.css";

interface Props {
  board: Board;
  doing: Doing;
}

/** Those who wait, in the order in which they are served. */
export function WaitRows({ board, doing }: Props) {
  const { api } = useSession();
  const pathOf = (caller: Caller): string => `/v1/queue-board/callers/${encodeURIComponent(caller.key)}`;
  return (
    <Part title={t("Waiting callers")} none={t("Nobody waits.")} heads={[t("Position"), t("Caller"), t("Waiting time"), t("Rings at")]} rows={board.waiting} acts={!doing.readOnly}>
      {(caller) => (
        <tr key={caller.key} {...(doing.readOnly ? {} : { ...doing.dragging.source(caller, board.number), ...doing.dragging.target({ kind: "position", number: board.number, position: caller.position }) })}>
          <td>{caller.position}</td>
          <th scope="row">
            <bdi>{partyOf(caller.number, caller.name)}</bdi>
            {caller.callback && ` · ${t("Callback")}`}
          </th>
          <td>{spanOf(caller.waited_s)}</td>
          <td>{caller.ringing.join(", ") || "–"}</td>
          {!doing.readOnly && (
            <td className={styles.actions}>
              {caller.position > 1 && <Act name={t("Serve next")} of={caller.number} run={() => doing.act(() => api.patch(pathOf(caller), { position: 1 }))} />}
              {!caller.callback && <Act name={t("Redirect")} of={caller.number} run={() => doing.redirect(caller)} />}
              <Act name={t("Take out")} of={caller.number} run={() => doing.act(() => api.delete(pathOf(caller)))} />
              {!caller.callback && <Act name={t("Hang Up")} of={caller.number} run={() => doing.hangUp(caller)} />}
            </td>
          )}
        </tr>
      )}
    </Part>
  );
}

/** Those who talk to an agent. */
export function TalkRows({ board, doing }: Props) {
  return (
    <Part title={t("Proceeding calls")} none={t("Nobody talks.")} heads={[t("Caller"), t("Agent"), t("Talk time")]} rows={board.talking} acts={!doing.readOnly}>
      {(caller) => (
        <tr key={caller.key} {...(doing.readOnly ? {} : doing.dragging.source(caller, board.number))}>
          <th scope="row">
            <bdi>{partyOf(caller.number, caller.name)}</bdi>
          </th>
          <td>
            <bdi>{partyOf(caller.agent, caller.agent_name)}</bdi>
          </td>
          <td>{spanOf(caller.talked_s)}</td>
          {!doing.readOnly && (
            <td className={styles.actions}>
              {doing.maySupervise && <Act name={t("Listen, Whisper, Barge")} of={caller.number} run={() => doing.supervise(caller)} />}
              <Act name={t("Transfer")} of={caller.number} run={() => doing.transfer(caller)} />
              <Act name={t("Park")} of={caller.number} run={() => doing.park(caller)} />
              <Act name={t("Record on or off")} of={caller.number} run={() => doing.record(caller)} />
              <Act name={t("Hang Up")} of={caller.number} run={() => doing.hangUp(caller)} />
            </td>
          )}
        </tr>
      )}
    </Part>
  );
}

/** Agents, and what they do. */
export function AgentRows({ board, agents, doing }: Props & { agents: Day["agents"] }) {
  const { api } = useSession();
  const change = (seat: Seat, what: string, reason = ""): void => doing.act(() => api.post(`/v1/queue-board/agents/${encodeURIComponent(seat.agent)}/duty`, { change: what, reason, queues: what === "ready" ? [] : [board.number] }));
  const answeredToday = (seat: Seat): number => agents.find((each) => each.key === seat.agent)?.answered ?? 0;
  return (
    <Part title={t("Agents")} none={t("Nobody serves this queue yet.")} heads={[t("Agent"), t("State"), t("Since"), t("Answered today"), t("Calls since the reset"), t("Chats")]} rows={board.agents} acts={!doing.readOnly}>
      {(seat) => {
        const { tone, words } = seatWords(seat);
        const away = seat.state === "logged_out";
        const paused = seat.state === "on_break" || seat.pausing;
        return (
          <tr key={seat.agent} {...doing.dragging.target({ kind: "agent", number: seat.agent })}>
            <th scope="row">
              <bdi>{partyOf(seat.agent, seat.name === seat.agent ? "" : seat.name)}</bdi>
            </th>
            <td>
              <State tone={tone}>{seat.state === "wrap_up" ? t("Wrap-up, {left} left", { left: spanOf(seat.left_s) }) : words}</State>
            </td>
            <td>{seat.since === null ? "–" : <time dateTime={seat.since}>{shortTime(seat.since)}</time>}</td>
            <td>{answeredToday(seat)}</td>
            <td>{seat.calls}</td>
            <td>{seat.chats}</td>
            {!doing.readOnly && (
              <td className={styles.actions}>
                {seat.state === "wrap_up" && <Act name={t("Ready")} of={seat.agent} run={() => change(seat, "ready")} />}
                {mayBeStuck(seat.state) && <Act name={t("Free")} of={seat.agent} run={() => doing.free(seat)} />}
                {paused && <Act name={t("Unpause")} of={seat.agent} run={() => change(seat, "end_break")} />}
                {!away && !paused && <Pause of={seat.agent} reasons={doing.reasons} run={(reason) => change(seat, "take_break", reason)} />}
                {(seat.may_log_in || away) && <Act name={away ? t("Log in") : t("Log out")} of={seat.agent} run={() => change(seat, away ? "log_in" : "log_out")} />}
              </td>
            )}
          </tr>
        );
      }}
    </Part>
  );
}

interface PartProps<Row> {
  title: string;
  none: string;
  heads: readonly string[];
  rows: readonly Row[];
  acts: boolean;
  children: (row: Row) => ReactNode;
}

function Part<Row>({ title, none, heads, rows, acts, children }: PartProps<Row>) {
  const place = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useHeldFocus(place, heading);
  return (
    <div ref={place}>
      <h3 ref={heading} tabIndex={-1}>
        {title}
      </h3>
      {rows.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={title}>
          <table className={styles.table}>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
                {acts && <td />}
              </tr>
            </thead>
            <tbody>{rows.map(children)}</tbody>
          </table>
        </div>
      )}
    </div>
  );
}

/** A break, for a reason or for none. */
function Pause({ of, reasons, run }: { of: string; reasons: readonly string[]; run: (reason: string) => void }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="compact-xs" variant="default" aria-label={t("{action}: {whom}", { action: t("Pause"), whom: of })}>
          {t("Pause")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {["", ...reasons].map((reason) => (
          <Menu.Item key={reason} onClick={() => run(reason)}>
            {reason || t("Without a reason")}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Act({ name, of, run }: { name: string; of: string; run: () => void }) {
  return (
    <Button size="compact-xs" variant="default" aria-label={t("{action}: {whom}", { action: name, whom: of })} onClick={run}>
      {name}
    </Button>
  );
}
