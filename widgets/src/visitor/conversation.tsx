/** The chat itself: who waits, who writes, what was said, and the box to say more. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ConversationClient } from "../shared/client";
import { type Conversation, isMine, isOver, nobodyThere, type Pending, progressOf, reasonOf } from "../shared/conversation";
import { keepDraft, readDraft } from "../shared/draft";
import { nt, t } from "../shared/i18n";
import { initials } from "../shared/initials";
import * as icons from "../shared/icons/paths";
import { filesOf, isFinal } from "../shared/files";
import { lineOf } from "../shared/lines";
import { clock, day, dayKey, fullTime, number } from "../shared/time";
import type { WireEvent } from "../shared/wire";
import { type Config, reasonText, type Unanswered } from "./config";
import { onHost, shown } from "./embed";
import { endChat } from "./ending";
import { Emoji } from "./emoji";
import { Attach, DropPlace, OnItsWay, Shown } from "./files";
import { BotChoices, isBots } from "./bot";
import { Alert, Icon, Spinner, Text } from "./parts";
import { Survey } from "./survey";
import { Transcript } from "./transcript";

interface TalkProps {
  config: Config;
  client: ConversationClient;
  identity: string;
  conversation: Conversation;
  onAgain: () => void;
  /** Leave a message instead; left out: because nobody has answered in time. */
  onMessage: (why?: Unanswered) => void;
}

export function Talk({ config, client, identity, conversation, onAgain, onMessage }: TalkProps) {
  const [draft, setDraft] = useState(() => readDraft(identity, conversation.id));
  const write = (text: string): void => {
    setDraft(text);
    keepDraft(identity, conversation.id, text);
    if (text.trim() && config.typing) client.typing(conversation.id);
  };
  const sendFiles = (files: File[]): void => {
    for (const file of files) void client.sendFile(conversation.id, file);
  };
  const edit = async (item: Pending): Promise<void> => {
    const text = await client.discard(conversation.id, item.clientId);
    write(draft.trim() ? `${draft}\n${text}` : text);
    document.getElementById("message")?.focus();
  };
  /** Whoever would rather leave a message waits no more. */
  const leave = async (): Promise<string> => {
    const problem = await endChat(client, conversation.id);
    if (!problem) onMessage("no_agent");
    return problem;
  };
  return (
    <>
      <Banner client={client} />
      {conversation.state === "waiting" && <Waiting config={config} position={conversation.position} attended={conversation.attended} onLeave={leave} />}
      <Log client={client} conversation={conversation} avatars={config.agent_avatar} onEdit={(item) => void edit(item)} />
      {!isOver(conversation) && isBots(conversation) && <BotChoices client={client} conversation={conversation} />}
      {isOver(conversation) ? (
        <Over client={client} config={config} conversation={conversation} onAgain={onAgain} onMessage={onMessage} />
      ) : (
        <Composer config={config} draft={draft} onInput={write} onSend={(text) => (write(""), void client.send(conversation.id, text))} onFiles={sendFiles} />
      )}
    </>
  );
}

function Banner({ client }: { client: ConversationClient }) {
  const [late, setLate] = useState(false);
  const cut = client.connection === "offline";
  useEffect(() => {
    if (!cut) return setLate(false);
    const timer = setTimeout(() => setLate(true), 1_200); // a blink is not worth a word
    return () => clearTimeout(timer);
  }, [cut]);
  return (
    <div aria-live="polite" class="banner-place">
      {cut && late && (
        <p class="banner">
          <span class="spinner small" />
          <span>{t("No connection. Your messages are kept and sent when it is back.")}</span>
          <button type="button" class="link" onClick={() => client.reconnect()}>
            {t("Try now")}
          </button>
        </p>
      )}
    </div>
  );
}

/** Where an administrator's text names the visitor's place. */
const POSITION = "${POSITION}";

export interface WaitingProps {
  config: Config;
  position: number | null;
  attended: boolean;
  onLeave: () => Promise<string>;
}

export function Waiting({ config, position, attended, onLeave }: WaitingProps) {
  const message = (attended ? config.queueing_message : config.no_agent_message) ?? "";
  const told = message.includes(POSITION);
  const [problem, setProblem] = useState("");
  return (
    <>
      <div class="waiting">
        <span class="pulse" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <div role="status">
          {!told && <strong>{position ? t("You are number {position} in line.", { position: number(position) }) : t("You are in line.")}</strong>}
          <p>
            <Text>{message.replaceAll(POSITION, position ? number(position) : "…")}</Text> {t("You can write your question already.")}
          </p>
        </div>
        {!attended && config.offline_form && (
          <button type="button" class="link" onClick={() => void onLeave().then(setProblem)}>
            {t("Leave a message")}
          </button>
        )}
      </div>
      {problem && <Alert>{problem}</Alert>}
    </>
  );
}

const GROUP_MS = 5 * 60_000;

function Log({ client, conversation, avatars, onEdit }: { client: ConversationClient; conversation: Conversation; avatars: boolean; onEdit: (item: Pending) => void }) {
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

interface ComposerProps {
  config: Config;
  draft: string;
  onInput: (text: string) => void;
  onSend: (text: string) => void;
  onFiles: (files: File[]) => void;
}

function Composer({ config, draft, onInput, onSend, onFiles }: ComposerProps) {
  const limit = config.text_limit;
  const takesFiles = config.file_upload !== "none";
  const box = useRef<HTMLTextAreaElement>(null);
  const length = [...draft].length; // code points, as the server counts
  const over = length > limit;
  const ready = draft.trim() !== "" && !over;
  useLayoutEffect(() => {
    const element = box.current!;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);
  useEffect(() => {
    // Whoever pressed Start Chat wants to write; a phone's keyboard would hide what is said, so not there.
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost && document.hasFocus() && !matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, []);
  const send = (): void => {
    if (!ready) return;
    onSend(draft.trim());
    box.current?.focus();
  };
  const put = (emoji: string): void => {
    const element = box.current!;
    element.setRangeText(emoji, element.selectionStart, element.selectionEnd, "end");
    element.focus();
    onInput(element.value);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent): void => {
    const files = filesOf(event.clipboardData);
    if (!takesFiles || files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    onFiles(files);
  };
  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), send())}>
      {takesFiles && <DropPlace onFiles={onFiles} />}
      {takesFiles && <Attach imagesOnly={config.file_upload === "images"} onFiles={onFiles} />}
      <Emoji onPick={put} />
      <label class="visually-hidden" for="message">
        {t("Message")}
      </label>
      <textarea id="message" ref={box} rows={1} dir={draft ? "auto" : undefined} enterkeyhint="send" value={draft} placeholder={t("Write a message …")} aria-invalid={over || undefined} aria-describedby={length > limit * 0.9 ? "count" : undefined} onInput={(event) => onInput(event.currentTarget.value)} onKeyDown={key} onPaste={paste} />
      <button type="submit" class="send" aria-label={t("Send")} title={t("Send")} disabled={!ready}>
        <Icon paths={icons.send} />
      </button>
      {length > limit * 0.9 && (
        <p id="count" class={over ? "count over" : "count"} role={over ? "alert" : undefined}>
          {over ? t("Too long by {n} characters.", { n: number(length - limit) }) : t("{n} of {limit} characters", { n: number(length), limit: number(limit) })}
        </p>
      )}
    </form>
  );
}

function Over({ client, config, conversation, onAgain, onMessage }: { client: ConversationClient; config: Config; conversation: Conversation; onAgain: () => void; onMessage: () => void }) {
  const missed = conversation.state === "missed";
  const reason = reasonOf(conversation);
  const late = missed && reason !== "visitor"; // who left by themselves was not let down
  const nobody = nobodyThere(reason);
  if (reason === "channel_deleted") {
    return (
      <div class="over" role="status">
        <p>{t("This chat is no longer available.")}</p>
      </div>
    );
  }
  return (
    <div class="over" role="status">
      {config.survey && conversation.state === "ended" && <Survey client={client} conversation={conversation} />}
      <p>{late ? t("We are sorry: nobody could answer in time.") : nobody ? reasonText(config, nobody) : t("This chat has ended. Thank you for writing to us.")}</p>
      <div class="row">
        <button type="button" class="button" onClick={onAgain}>
          {t("Start again")}
        </button>
        {missed && config.offline_form && (
          <button type="button" class="button quiet" onClick={() => onMessage()}>
            {t("Leave a message")}
          </button>
        )}
      </div>
      {!missed && <Transcript api={client.api} conversation={conversation.id} mails={config.email_transcript} />}
    </div>
  );
}
