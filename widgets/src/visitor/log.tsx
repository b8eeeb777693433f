/** What was said in a chat, and what is on its way. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ConversationClient } from "../shared/client";
import { type Conversation, isMine, isOver, type Pending, progressOf } from "../shared/conversation";
import { nt, t } from "../shared/i18n";
import { initials } from "../shared/initials";
import * as icons from "../shared/icons/paths";
import { isFinal } from "../shared/files";
import { lineOf } from "../shared/lines";
import { clock, day, dayKey, fullTime } from "../shared/time";
import type { WireEvent } from "../shared/wire";
import { onHost, shown } from "./embed";
import { OnItsWay, Shown } from "./files";
import { Icon, Spinner, Text } from "./parts";

const GROUP_MS = 5 * 60_000;

/** Everything that was said, with the newest line in sight unless the visitor reads further up. */
export function Log({ client, conversation, avatars, onEdit }: { client: ConversationClient; conversation: Conversation; avatars: boolean; onEdit: (item: Pending) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [missed, setMissed] = useState(0);
  const count = conversation.events.length + conversation.pending.length;
  const own = conversation.pending.length;
  const me = client.me;

  const attend = (): void => client.attend(conversation.id, atEnd.current && shown);
  const toEnd = (): void => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    atEnd.current = true;
    setMissed(0);
    attend();
  };
  const scrolled = (): void => {
    const element = box.current!;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 48;
    if (atEnd.current) setMissed(0);
    attend();
  };
  const before = useRef({ count, own });
  useLayoutEffect(() => {
    const grown = count - before.current.count;
    const wrote = own > before.current.own;
    before.current = { count, own };
    if (atEnd.current || wrote) toEnd();
    else if (grown > 0) setMissed((now) => now + grown);
  }, [count, own]);
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
  }, [conversation.typing.length, conversation.state, conversation.loaded]);
  useEffect(() => {
    attend();
    const kept = new ResizeObserver(() => atEnd.current && toEnd());
    kept.observe(box.current!);
    const stop = onHost((message) => (message.type === "shown" || message.type === "hidden") && attend());
    return () => {
      kept.disconnect();
      stop();
      client.attend(conversation.id, false);
    };
  }, [conversation.id]);

  const lastOwn = conversation.events.findLast((event) => isSaid(event) && isMine(event.author, me));
  return (
    <div class="log-place">
      <div class="log" role="log" aria-label={t("Conversation")} aria-busy={!conversation.loaded || undefined} tabIndex={0} ref={box} onScroll={scrolled}>
        {!conversation.loaded && conversation.events.length === 0 && <Spinner />}
        {conversation.events.map((event, index) => (
          <Event key={event.seq} event={event} before={conversation.events[index - 1]} after={conversation.events[index + 1]} client={client} conversation={conversation} avatars={avatars} latest={event === lastOwn && own === 0} />
        ))}
        {conversation.pending.map((item) => (
          <Unsent key={item.clientId} item={item} client={client} conversation={conversation} onEdit={() => onEdit(item)} />
        ))}
        {conversation.typing.map(({ author }) => (
          <p key={author.id} class="typing">
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span>{t("{name} is typing …", { name: author.name })}</span>
          </p>
        ))}
      </div>
      {missed > 0 && (
        <button type="button" class="pill" onClick={toEnd}>
          <Icon paths={icons.down} />
          {nt("{n} new message", "{n} new messages", missed)}
        </button>
      )}
    </div>
  );
}

interface EventProps {
  event: WireEvent;
  before: WireEvent | undefined;
  after: WireEvent | undefined;
  client: ConversationClient;
  conversation: Conversation;
  avatars: boolean;
  latest: boolean;
}

const isSaid = (event: WireEvent | undefined): event is WireEvent => event?.kind === "message" || event?.kind === "file";

const sameGroup = (a: WireEvent | undefined, b: WireEvent | undefined): boolean =>
  isSaid(a) && isSaid(b) && a.author.kind === b.author.kind && a.author.id === b.author.id && Math.abs(Date.parse(a.at) - Date.parse(b.at)) < GROUP_MS && dayKey(a.at) === dayKey(b.at);

function Event({ event, before, after, client, conversation, avatars, latest }: EventProps) {
  const newDay = !before || dayKey(before.at) !== dayKey(event.at);
  const line = lineOf(event, client.me);
  const mine = isMine(event.author, client.me);
  const first = !sameGroup(before, event);
  const last = !sameGroup(event, after);
  return (
    <>
      {newDay && <p class="day">{day(event.at)}</p>}
      {isSaid(event) ? (
        <div class={`message ${mine ? "mine" : "theirs"}${first ? " first" : ""}${last ? " last" : ""}`}>
          {first && (
            <p class={mine ? "visually-hidden" : "author"}>
              {!mine && avatars && (
                <span class="avatar" aria-hidden="true">
                  {initials(event.author.name)}
                </span>
              )}
              {mine ? t("You") : event.author.kind === "bot" ? t("{name} (automatic)", { name: event.author.name }) : event.author.name}
            </p>
          )}
          {event.file ? (
            <Shown file={event.file} api={client.api} />
          ) : (
            <p class="bubble" dir="auto">
              <Text>{event.text ?? ""}</Text>
            </p>
          )}
          {(last || latest) && (
            <p class="meta">
              <time dateTime={event.at} title={fullTime(event.at)}>
                {clock(event.at)}
              </time>
              {latest && <Progress progress={progressOf(conversation, event.seq, client.me)} />}
            </p>
          )}
        </div>
      ) : (
        line && <p class="system-line">{line}</p>
      )}
    </>
  );
}

function Progress({ progress }: { progress: "sent" | "delivered" | "read" }) {
  const words = { sent: t("Sent"), delivered: t("Delivered"), read: t("Read") };
  return (
    <span class={`progress ${progress}`}>
      <Icon paths={progress === "sent" ? icons.check : icons.checks} />
      {words[progress]}
    </span>
  );
}

function Unsent({ item, client, conversation, onEdit }: { item: Pending; client: ConversationClient; conversation: Conversation; onEdit: () => void }) {
  const refused = item.phase === "refused";
  return (
    <div class={`message mine first last ${item.phase === "stored" ? "" : refused ? "refused" : "unsent"}`}>
      <p class="visually-hidden">{t("You")}</p>
      {item.file ? (
        <OnItsWay item={item}>
          {item.phase !== "stored" && (
            <button type="button" class="link" aria-label={t("Cancel {name}", { name: item.file.name || t("Picture") })} onClick={() => void client.discard(conversation.id, item.clientId)}>
              {refused ? t("Remove") : t("Cancel")}
            </button>
          )}
        </OnItsWay>
      ) : (
        <p class="bubble" dir="auto">
          <Text>{item.text}</Text>
        </p>
      )}
      <p class="meta">
        <time>{clock(item.atMs)}</time>
        {refused ? (
          <span class="failed" role="alert">
            <Icon paths={icons.alert} />
            {item.error?.message || t("This could not be sent.")}
          </span>
        ) : item.phase === "stored" ? (
          <Progress progress="sent" />
        ) : (
          <span class="progress">
            <Icon paths={icons.clock} />
            {item.error?.message || (item.phase === "late" ? t("Not sent yet – we keep trying.") : t("Sending …"))}
          </span>
        )}
      </p>
      {refused && (
        <p class="actions">
          {!isOver(conversation) && !(item.file && isFinal(item.error?.code)) && (
            <button type="button" class="link" onClick={() => void client.again(conversation.id, item.clientId)}>
              {t("Try again")}
            </button>
          )}
          {!isOver(conversation) && !item.file && (
            <button type="button" class="link" onClick={onEdit}>
              {t("Edit")}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
