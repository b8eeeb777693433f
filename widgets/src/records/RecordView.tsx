import { Button } from "@mantine/core";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";

import { State } from "../kit/State";
import { Failed, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { repeat } from "../kit/repeat";
import { useSession } from "../kit/session-context";
import { shortTime, spanOf } from "../kit/time";
import { type Api, ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import { lineOf, wordsOf } from "../shared/lines";
import type { Me, WireEvent } from "../shared/wire";
import { isRunning, type RecordDetails, type Said, stars, stateOf } from "./records";
import styles from "./RecordView.module.css";

const AGAIN_MS = 2000;
/** Whoever reads a record speaks to nobody in it. */
const READER: Me = { who: "", kind: "user", id: "", name: "" };

interface Props {
  /** The record's address: `/v1/livechat-records/<id>`. */
  path: string;
  head: (record: RecordDetails, state: string) => ReactNode;
}

/** One chat: who, when and how, and all that was said; while it goes on, as it happens. */
export function RecordView({ path, head }: Props) {
  const { api } = useSession();
  const [record, setRecord] = useState<RecordDetails | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  const { events, state, refused } = useSaid(api, path, turn);
  const load = useCallback(() => api.get<RecordDetails>(path).then(setRecord, () => setFailed(true)), [api, path]);
  useEffect(() => {
    setFailed(false);
    void load();
  }, [load, turn, state]);
  if (record === null) return failed ? <Failed text={t("This chat could not be loaded.")} retry={() => setTurn(turn + 1)} /> : <Loading />;
  return (
    <>
      {head(record, state ?? record.state)}
      <div className={styles.record}>
        <Facts record={record} state={state ?? record.state} />
        <section aria-label={t("Conversation")}>
          {events === null ? (
            refused ? (
              <Failed text={t("This chat could not be loaded.")} retry={() => setTurn(turn + 1)} />
            ) : (
              <Loading />
            )
          ) : (
            <ol className={styles.said}>
              {events.map((event) => (
                <Line key={event.seq} event={event} path={path} />
              ))}
            </ol>
          )}
        </section>
      </div>
    </>
  );
}

/** The ways to keep a chat. */
export function Exports({ path }: { path: string }) {
  return (
    <>
      {(["text", "html"] as const).map((format) => (
        <Button key={format} component="a" variant="default" href={`${path}/transcript?format=${format}`} download leftSection={<Icon name="download" size={16} />}>
          {format === "text" ? t("Text") : "HTML"}
        </Button>
      ))}
    </>
  );
}

/** What was said so far, page by page; asked again for as long as the chat goes on. */
function useSaid(api: Api, path: string, turn: number): { events: readonly WireEvent[] | null; state: string | null; refused: boolean } {
  const [events, setEvents] = useState<readonly WireEvent[] | null>(null);
  const [state, setState] = useState<string | null>(null);
  const [refused, setRefused] = useState(false);
  const head = useRef(0);
  useEffect(() => {
    let current = true;
    head.current = 0;
    setEvents(null);
    setRefused(false);
    const ask = async (): Promise<number | null> => {
      const answer = await api.get<Said>(`${path}/events?after=${head.current}`).catch((error: unknown) => {
        if (current && error instanceof ApiError && !error.transient) setRefused(true);
        throw error;
      });
      if (!current) return null;
      head.current = answer.events.at(-1)?.seq ?? head.current;
      setEvents((before) => [...(before ?? []), ...answer.events]);
      setState(answer.state);
      return answer.more ? 0 : isRunning(answer.state) ? AGAIN_MS : null;
    };
    const stop = repeat(ask, AGAIN_MS);
    return () => {
      current = false;
      stop();
    };
  }, [api, path, turn]);
  return { events, state, refused };
}

function Facts({ record, state }: { record: RecordDetails; state: string }) {
  const { visitor } = record;
  const { tone, words } = stateOf(state);
  return (
    <section className={styles.card} aria-label={t("Details")}>
      <State tone={tone}>{words}</State>
      <dl className={styles.facts}>
        <Fact name={t("Visitor")}>{visitor.name}</Fact>
        <Fact name={t("Email")}>{visitor.email}</Fact>
        <Fact name={t("Phone Number")}>{visitor.phone}</Fact>
        <Fact name={t("Address")}>{visitor.address}</Fact>
        <Fact name={t("Page")}>{record.page_url}</Fact>
        <Fact name={t("Agent")}>{record.agent?.name}</Fact>
        <Fact name={t("Began")}>{shortTime(record.queued_at)}</Fact>
        <Fact name={t("Ended")}>{record.ended_at && shortTime(record.ended_at)}</Fact>
        <Fact name={t("Waiting time")}>{record.waited_s !== null && spanOf(record.waited_s)}</Fact>
        <Fact name={t("Handling time")}>{record.handled_s !== null && spanOf(record.handled_s)}</Fact>
        <Fact name={t("Rating")}>{record.rating !== null && stars(record.rating)}</Fact>
        <Fact name={t("Disposition")}>{record.disposition}</Fact>
        <Fact name={t("Tags")}>{record.tags.join(", ")}</Fact>
        <Fact name={t("Consent")}>{record.consent ? t("Given on {time}", { time: shortTime(record.consent.at) }) : t("Not asked for")}</Fact>
        {record.calls.map((call) => (
          <Fact key={call.id} name={t("Call")}>
            {t("{time}, {span} talked", { time: shortTime(call.started_at), span: spanOf(call.talk_s) })}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}

function Line({ event, path }: { event: WireEvent; path: string }) {
  const at = <time dateTime={event.at}>{shortTime(event.at)}</time>;
  if (event.kind !== "message" && event.kind !== "file" && event.kind !== "note") {
    const words = lineOf(event, READER);
    return words ? (
      <li className={styles.fact} data-kind={event.kind}>
        {event.kind === "call" && <Icon name="phone" size={14} />}{" "}
        <span dir="auto">{words}</span> {at}
      </li>
    ) : null;
  }
  const { file } = event;
  return (
    <li className={styles.line} data-kind={event.kind === "note" ? "note" : event.author.kind}>
      <p className={styles.who}>
        <strong>
          <bdi>{event.author.name}</bdi>
        </strong>
        {event.kind === "note" && <span className={styles.mark}>{t("Note")}</span>}
        {at}
      </p>
      {file && !event.deleted ? (
        <p>
          <a href={`${path}/files/${encodeURIComponent(file.id)}`} download>
            {file.thumb && <img className={styles.thumb} src={`${path}/files/${encodeURIComponent(file.id)}?variant=thumb`} alt="" loading="lazy" />}
            <Icon name="download" size={15} /> <bdi>{file.name}</bdi>
          </a>
        </p>
      ) : (
        <p className={styles.text} dir="auto">
          {wordsOf(event)}
        </p>
      )}
    </li>
  );
}
