import { nt, t } from "../../shared/i18n";
import { duration } from "../../shared/time";
import { Person } from "../../kit/Person";
import { href } from "../../kit/route";
import { useNow } from "../../kit/useNow";
import { type Call, isIncoming, isUp } from "../calls/call";
import { Talked } from "../calls/CallCard";
import { usePhone } from "../calls/context";
import { nameOf, phaseWords } from "../calls/words";
import { useDesk } from "../context";
import { useQueues } from "../duty/context";
import { callbacksOf } from "../duty/standing";
import split from "../Split.module.css";
import styles from "./Work.module.css";

/** The calls one is in. */
export function OwnCallList() {
  const { state } = usePhone();
  const calls = state.calls.filter((call) => isUp(call) && !isIncoming(call));
  if (calls.length === 0) return null;
  return (
    <>
      <h2 className={split.section} id="my-calls">
        {t("My calls")}
      </h2>
      <ul className={styles.rows} aria-labelledby="my-calls">
        {calls.map((call) => (
          <OwnCall key={call.id} call={call} />
        ))}
      </ul>
    </>
  );
}

function OwnCall({ call }: { call: Call }) {
  const name = nameOf(call, useDesk().contacts);
  return (
    <li>
      <a className={styles.row} href={href("calls")}>
        <Person name={name} seed={call.number} size={34} />
        <span className={styles.words}>
          <b>
            <bdi>{name}</bdi>
          </b>
          <span className={styles.soft}>
            {phaseWords(call)}
            <Talked call={call} />
          </span>
        </span>
      </a>
    </li>
  );
}

/** Those who hung up, kept their place in one's queues, and will be called. */
export function Callbacks() {
  const { queues, boards } = useQueues();
  const callbacks = callbacksOf(boards?.items ?? []);
  const now = useNow(callbacks.length > 0 ? 30_000 : null);
  if (callbacks.length === 0) return null;
  return (
    <>
      <h2 className={split.section} id="callbacks">
        {t("Callbacks")}
        <span className={split.count}>{callbacks.length}</span>
      </h2>
      <ul className={styles.rows} aria-label={t("Callbacks")}>
        {callbacks.map(({ caller, queue }) => (
          <li key={caller.key} className={styles.row}>
            <Person name={caller.name || caller.number} seed={caller.number} size={34} />
            <span className={styles.words}>
              <b>
                <bdi>{caller.name || caller.number}</bdi>
              </b>
              <span className={styles.soft}>
                <bdi>{queue.name}</bdi> · {t("waits for {span}", { span: duration(now - queues.ahead_ms - Date.parse(caller.entered_at)) })}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The own queues at a glance, where nothing else is open. */
export function QueueTiles() {
  const { queues, boards } = useQueues();
  const now = useNow(boards && boards.items.length > 0 ? 5_000 : null);
  if (!boards || boards.items.length === 0) return null;
  return (
    <ul className={styles.tiles} aria-label={t("My queues")}>
      {boards.items.map((board) => {
        const live = board.waiting.filter((caller) => !caller.callback);
        const first = live[0];
        return (
          <li key={board.number} className={styles.tile} data-busy={live.length > 0 || undefined}>
            <b>
              <bdi>{board.name}</bdi>
            </b>
            <span className={styles.figure}>{live.length}</span>
            <span className={styles.soft}>{nt("caller waits", "callers wait", live.length)}</span>
            {first && <span className={styles.soft}>{t("longest: {span}", { span: duration(now - queues.ahead_ms - Date.parse(first.entered_at)) })}</span>}
          </li>
        );
      })}
    </ul>
  );
}
