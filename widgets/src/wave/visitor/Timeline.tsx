import { UnstyledButton } from "@mantine/core";
import { useCallback, useState } from "react";

import { nt, t } from "../../shared/i18n";
import { brief, clock, day, duration, fullTime } from "../../shared/time";
import type { WireEvent } from "../../shared/wire";
import { Failed, Loading } from "../../kit/Blank";
import { Dialog } from "../../kit/Dialog";
import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { callWords, chatWords, type Entry, knownBy, type PastChatEntry, timelinePath } from "./card";
import styles from "./Timeline.module.css";

const FIRST = 5;

/** Other chats and the calls of the same person, the newest first. */
export function Timeline({ conversation }: { conversation: string }) {
  const { api } = useSession();
  const timeline = useLoaded(useCallback(() => api.get<{ items: Entry[] }>(timelinePath(conversation)), [api, conversation]));
  const [all, setAll] = useState(false);
  const [read, setRead] = useState<PastChatEntry | null>(null);
  const entries = timeline.value?.items ?? [];
  const shown = all ? entries : entries.slice(0, FIRST);
  return (
    <section className={styles.timeline} aria-label={t("Earlier chats and calls")}>
      <h3>{t("Earlier chats and calls")}</h3>
      {timeline.failed ? (
        <Failed text={t("What was before could not be loaded.")} retry={() => void timeline.reload()} />
      ) : !timeline.value ? (
        <Loading />
      ) : entries.length === 0 ? (
        <p className={styles.none}>{t("None that you may see.")}</p>
      ) : (
        <ol className={styles.entries}>
          {shown.map((entry) => (
            <li key={entry.kind === "chat" ? entry.conversation : entry.id}>
              {entry.kind === "chat" ? (
                <UnstyledButton className={styles.entry} onClick={() => setRead(entry)}>
                  <Line entry={entry} />
                </UnstyledButton>
              ) : (
                <div className={styles.entry}>
                  <Line entry={entry} />
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
      {!all && entries.length > FIRST && (
        <UnstyledButton className={styles.more} onClick={() => setAll(true)}>
          {nt("Show {n} more", "Show {n} more", entries.length - FIRST)}
        </UnstyledButton>
      )}
      {read && <PastChat conversation={conversation} entry={read} onClose={() => setRead(null)} />}
    </section>
  );
}

function Line({ entry }: { entry: Entry }) {
  const chat = entry.kind === "chat";
  const known = knownBy(entry.by);
  return (
    <>
      <Icon name={chat ? "chat" : entry.direction === "outbound" ? "outgoing" : "incoming"} size={17} />
      <span className={styles.words}>
        <span>
          {chat ? `${chatWords(entry)} #${entry.number}` : callWords(entry)}
          {!chat && entry.talk_s > 0 && ` · ${duration(entry.talk_s * 1000)}`}
        </span>
        <small>
          <time dateTime={entry.at} title={fullTime(entry.at)}>
            {brief(entry.at)}
          </time>
          {entry.agent && (
            <>
              {" · "}
              <bdi>{entry.agent}</bdi>
            </>
          )}
          {known && ` · ${known}`}
        </small>
        {chat && entry.outcome && (
          <small>
            <bdi>{[entry.outcome.disposition, ...entry.outcome.tags].filter(Boolean).join(" · ")}</bdi>
          </small>
        )}
        {chat && entry.rating !== null && <small>{nt("{n} star", "{n} stars", entry.rating)}</small>}
      </span>
    </>
  );
}

function PastChat({ conversation, entry, onClose }: { conversation: string; entry: PastChatEntry; onClose: () => void }) {
  const { api } = useSession();
  const path = `${timelinePath(conversation)}/${entry.conversation}`;
  const said = useLoaded(useCallback(() => api.get<{ events: WireEvent[] }>(path), [api, path]));
  return (
    <Dialog onClose={onClose} size="lg" title={t("Chat #{number}, {day}", { number: entry.number, day: day(entry.at) })}>
      {said.failed ? (
        <Failed text={t("The chat could not be loaded.")} retry={() => void said.reload()} />
      ) : !said.value ? (
        <Loading />
      ) : said.value.events.length === 0 ? (
        <p className={styles.none}>{t("Nothing was said.")}</p>
      ) : (
        <ol className={styles.said} aria-label={t("What was said")} tabIndex={0}>
          {said.value.events.map((event) => (
            <li key={event.seq} data-note={event.kind === "note" || undefined}>
              <small>
                <b>
                  <bdi>{event.author.name}</bdi>
                </b>{" "}
                {event.kind === "note" && `${t("Internal note")} · `}
                <time dateTime={event.at} title={fullTime(event.at)}>
                  {clock(event.at)}
                </time>
              </small>
              <p dir="auto">{event.kind === "file" ? t("File: {name}", { name: event.file?.name ?? "" }) : event.text}</p>
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
