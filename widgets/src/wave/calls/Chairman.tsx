import { Button, Menu, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";

import { Confirm } from "../../kit/Confirm";
import { Dialog } from "../../kit/Dialog";
import { FreeAgent, mayBeStuck } from "../../kit/FreeAgent";
import { Icon } from "../../kit/Icon";
import { countdown } from "../../kit/time";
import { useHeldFocus } from "../../kit/useHeldFocus";
import { useNow } from "../../kit/useNow";
import { t } from "../../shared/i18n";
import { useDesk } from "../context";
import { useQueues } from "../duty/context";
import type { Change } from "../duty/own-queues";
import { dialled } from "./call";
import styles from "./Chairman.module.css";
import { type OwnBoard, type OwnCaller, type OwnSeat, modes, partyOf, seatWords } from "./queue-desk";

/** What a chairman sees of a queue, and does about its callers, talks and agents. */
export function Chairman({ board }: { board: OwnBoard }) {
  const { queues, boards } = useQueues();
  const place = useRef<HTMLDivElement>(null);
  useHeldFocus(place, place);
  return (
    <div ref={place} tabIndex={-1} className={styles.chairman} role="group" aria-label={t("Chairman of {queue}", { queue: board.name })}>
      <Waiting board={board} />
      <Talking board={board} />
      <ul className={styles.rows} aria-label={t("Agents of {queue}", { queue: board.name })}>
        {board.agents.map((seat) => (
          <Agent key={seat.agent} seat={seat} queue={board.number} reasons={boards?.reasons ?? []} />
        ))}
      </ul>
      <Button size="compact-xs" variant="subtle" className={styles.reset} aria-label={t("Reset the counters of {queue}", { queue: board.name })} onClick={() => void queues.act("post", `/${board.number}/reset`)}>
        {t("Reset counters")}
      </Button>
    </div>
  );
}

function Waiting({ board }: { board: OwnBoard }) {
  const { queues } = useQueues();
  const { me } = useDesk();
  const [redirected, setRedirected] = useState<OwnCaller | null>(null);
  const [ended, setEnded] = useState<OwnCaller | null>(null);
  const redirect = (caller: OwnCaller, target: string): Promise<boolean> => queues.act("post", `${pathOf(caller)}/redirect`, { target });
  if (board.waiting.length === 0) return null;
  const last = board.waiting.length;
  return (
    <ol className={styles.rows} aria-label={t("Callers of {queue} who wait", { queue: board.name })}>
      {board.waiting.map((caller) => {
        const move = (position: number) => () => void queues.act("patch", pathOf(caller), { position });
        const of = partyOf(caller);
        return (
          <li key={caller.key}>
            <span className={styles.place}>{caller.position}</span>
            <Party caller={caller} />
            <Since at={caller.entered_at} />
            {caller.position > 1 && <Small words={t("Serve next")} of={of} run={move(1)} />}
            {caller.position > 2 && <Small words={t("Up")} of={of} run={move(caller.position - 1)} />}
            {caller.position < last && <Small words={t("Down")} of={of} run={move(caller.position + 1)} />}
            {!caller.callback && <Small words={t("Pick Up")} of={of} run={() => void redirect(caller, me.id)} />}
            {!caller.callback && <Small words={t("Redirect")} of={of} run={() => setRedirected(caller)} />}
            <Small words={t("Take out")} of={of} run={() => void queues.act("delete", pathOf(caller))} />
            {!caller.callback && <Small words={t("Hang Up")} of={of} run={() => setEnded(caller)} />}
          </li>
        );
      })}
      {redirected && <HandOn title={t("Redirect {whom}", { whom: partyOf(redirected) })} about={t("Where the call goes.")} action={t("Redirect")} run={(target) => redirect(redirected, target)} onClose={() => setRedirected(null)} />}
      {ended && <HangUp caller={ended} text={t("The call of {caller}, who waits, ends.", { caller: partyOf(ended) })} onClose={() => setEnded(null)} />}
    </ol>
  );
}

function Talking({ board }: { board: OwnBoard }) {
  const { queues } = useQueues();
  const [transferred, setTransferred] = useState<OwnCaller | null>(null);
  const [ended, setEnded] = useState<OwnCaller | null>(null);
  if (board.talking.length === 0) return null;
  return (
    <ul className={styles.rows} aria-label={t("Talks of {queue}", { queue: board.name })}>
      {board.talking.map((caller) => (
        <li key={caller.key}>
          <Party caller={caller} />
          <span className={styles.soft}>{t("with {agent}", { agent: caller.agent_name })}</span>
          {caller.connected_at !== null && <Since at={caller.connected_at} />}
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <Button size="compact-xs" variant="default" leftSection={<Icon name="headset" size={14} />} aria-label={t("Hear {whom}", { whom: partyOf(caller) })}>
                {t("Hear")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {modes().map(({ mode, words }) => (
                <Menu.Item key={mode} onClick={() => void queues.act("post", `${pathOf(caller)}/supervise`, { mode })}>
                  {words}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <Small words={t("Transfer")} of={partyOf(caller)} run={() => setTransferred(caller)} />
          <Small words={t("Park")} of={partyOf(caller)} run={() => void queues.park(pathOf(caller), partyOf(caller))} />
          <Small words={t("Hang Up")} of={partyOf(caller)} run={() => setEnded(caller)} />
        </li>
      ))}
      {transferred && (
        <HandOn
          title={t("Transfer {whom}", { whom: partyOf(transferred) })}
          about={t("Whom the caller is to talk to; {agent} is free then.", { agent: transferred.agent_name })}
          action={t("Transfer")}
          run={(target) => queues.act("post", `${pathOf(transferred)}/transfer`, { target })}
          onClose={() => setTransferred(null)}
        />
      )}
      {ended && <HangUp caller={ended} text={t("The call of {caller} with {agent} ends for both.", { caller: partyOf(ended), agent: ended.agent_name })} onClose={() => setEnded(null)} />}
    </ul>
  );
}

/** Asks before somebody's call is ended. */
function HangUp({ caller, text, onClose }: { caller: OwnCaller; text: string; onClose: () => void }) {
  const { queues } = useQueues();
  async function hangUp(): Promise<void> {
    onClose();
    await queues.act("post", `${pathOf(caller)}/hang-up`);
  }
  return <Confirm opened danger title={t("Hang Up")} text={text} action={t("Hang Up")} onConfirm={hangUp} onClose={onClose} />;
}

interface HandOnProps {
  title: string;
  about: string;
  action: string;
  /** Answers whether it was done. */
  run: (target: string) => Promise<boolean>;
  onClose: () => void;
}

/** Asks where a caller goes, until that is done. */
function HandOn({ title, about, action, run, onClose }: HandOnProps) {
  const [target, setTarget] = useState("");
  const [sending, setSending] = useState(false);
  const number = dialled(target);
  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (sending || number === "") return;
    setSending(true);
    if (await run(number)) onClose();
    else setSending(false);
  }
  return (
    <Dialog title={title} size="sm" onClose={onClose}>
      <form className={styles.asking} onSubmit={(event) => void send(event)}>
        <TextInput label={t("Number")} description={about} value={target} onChange={(event) => setTarget(event.currentTarget.value)} inputMode="tel" dir="ltr" required data-autofocus />
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" loading={sending} disabled={number === ""}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Agent({ seat, queue, reasons }: { seat: OwnSeat; queue: string; reasons: readonly string[] }) {
  const { queues } = useQueues();
  const change = (what: Change["change"], reason = ""): void => void queues.change({ change: what, reason, queues: what === "ready" || what === "free" ? [] : [queue] }, seat.agent);
  const [leaving, setLeaving] = useState(false);
  const [freed, setFreed] = useState(false);
  const away = seat.state === "logged_out";
  const paused = seat.state === "on_break" || seat.pausing;
  return (
    <li>
      <span className={styles.name}>
        <bdi>{seat.name}</bdi>
      </span>
      <span className={styles.soft}>{seatWords(seat)}</span>
      {away && <Small words={t("Log in")} of={seat.name} run={() => change("log_in")} />}
      {!away && seat.may_log_in && <Small words={t("Log out")} of={seat.name} run={() => setLeaving(true)} />}
      <Confirm
        opened={leaving}
        title={t("Log out")}
        text={t("{agent} is called by this queue no more, until logged in again.", { agent: seat.name })}
        action={t("Log out")}
        onConfirm={() => {
          setLeaving(false);
          change("log_out");
        }}
        onClose={() => setLeaving(false)}
      />
      {seat.state === "wrap_up" && <Small words={t("Ready")} of={seat.name} run={() => change("ready")} />}
      {mayBeStuck(seat.state) && <Small words={t("Free")} of={seat.name} run={() => setFreed(true)} />}
      {freed && (
        <FreeAgent
          name={seat.name}
          onConfirm={() => {
            setFreed(false);
            change("free");
          }}
          onClose={() => setFreed(false)}
        />
      )}
      {paused && <Small words={t("Unpause")} of={seat.name} run={() => change("end_break")} />}
      {!away && !paused && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Button size="compact-xs" variant="default" aria-label={t("{action}: {whom}", { action: t("Pause"), whom: seat.name })}>
              {t("Pause")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {["", ...reasons].map((reason) => (
              <Menu.Item key={reason} onClick={() => change("take_break", reason)}>
                {reason || t("Without a reason")}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}

function Party({ caller }: { caller: OwnCaller }) {
  return (
    <span className={styles.name}>
      <bdi>{partyOf(caller)}</bdi>
      {caller.callback && <span className={styles.soft}> · {t("Callback")}</span>}
    </span>
  );
}

/** How long it has been. */
function Since({ at }: { at: string }) {
  const { queues } = useQueues();
  const now = useNow(1000);
  return <span className={styles.soft}>{countdown(Math.max(0, now - Date.parse(at) - queues.ahead_ms))}</span>;
}

function Small({ words, of, run }: { words: string; of: string; run: () => void }) {
  return (
    <Button size="compact-xs" variant="default" aria-label={t("{action}: {whom}", { action: words, whom: of })} onClick={run}>
      {words}
    </Button>
  );
}

function pathOf(caller: OwnCaller): string {
  return `/callers/${encodeURIComponent(caller.key)}`;
}
