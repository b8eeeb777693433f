/** What a conversation's log shows, line by line: pure, so that the components only draw it. */
import { type Conversation, isMine, type Pending, progressOf, type Progress, whoOf } from "../shared/conversation";
import { isFinal } from "../shared/files";
import { t } from "../shared/i18n";
import { lineOf, wordsOf } from "../shared/lines";
import { dayKey } from "../shared/time";
import type { Me, WireEvent, WireFile } from "../shared/wire";
import { alarmLine, refusedLine } from "./alarm-lines";
import { groupLine } from "./group-lines";

export type MessageState = "sending" | "late" | "refused" | Progress;

export interface MessageLine {
  kind: "message" | "note";
  key: string;
  seq: number | null;
  clientId: string | null;
  mine: boolean;
  name: string;
  phone: boolean;
  text: string;
  /** Instead of words: what was sent, or is on its way. */
  file: WireFile | null;
  outgoing: Pending["file"] | null;
  at: string | number;
  /** First of its author's run: only there the name is shown. */
  first: boolean;
  /** Of one's own messages: how far it has come. */
  state: MessageState | null;
  problem: string | null;
  /** Another attempt would end the same. */
  final: boolean;
  edited: boolean;
  deleted: boolean;
  /** The message it answers; `text` is null where that one is not to be seen. */
  quote: Quote | null;
  mentions: readonly string[];
}

interface Quote {
  seq: number;
  name: string;
  text: string | null;
}

export type Line =
  | { kind: "day"; key: string; at: string | number }
  | { kind: "fact"; key: string; text: string; at: string }
  | { kind: "new"; key: string }
  | MessageLine;

const RUN_MS = 5 * 60_000;

/**
 * `readBefore`: how far one had read when the conversation was opened; "New" stands after it.
 * `part`: of which events, as `[from, to)`; left out: of all.
 */
export function lines(conversation: Conversation, me: Me, readBefore: number | null, part?: readonly [number, number]): Line[] {
  const [from, to] = part ?? [0, conversation.events.length];
  const atEnd = to >= conversation.events.length;
  const out: Line[] = [];
  let lastAt: string | number | null = null;
  let run: { author: string; at: number } | null = null;
  const before = conversation.events[from - 1];
  let newDrawn = readBefore === null || (before !== undefined && before.seq > readBefore);

  const place = (at: string | number): void => {
    if (lastAt === null || dayKey(lastAt) !== dayKey(at)) {
      out.push({ kind: "day", key: `day ${dayKey(at)}`, at });
      run = null;
    }
    lastAt = at;
  };
  const opensRun = (author: string, at: number): boolean => {
    const opens = run === null || run.author !== author || at - run.at > RUN_MS;
    run = { author, at };
    return opens;
  };

  for (const event of part ? conversation.events.slice(from, to) : conversation.events) {
    if (!isSaid(event)) {
      const text = factOf(conversation, event, me);
      if (!text) continue;
      place(event.at);
      run = null;
      out.push({ kind: "fact", key: `${event.seq}`, text, at: event.at });
      continue;
    }
    place(event.at);
    const mine = isMine(event.author, me);
    if (!newDrawn && !mine && event.seq > (readBefore ?? 0)) {
      out.push({ kind: "new", key: "new" });
      newDrawn = true;
      run = null;
    }
    const kind = event.kind === "note" ? "note" : "message";
    out.push({
      kind,
      key: event.client_id ?? `${event.seq}`,
      seq: event.seq,
      clientId: event.client_id ?? null,
      mine,
      name: event.author.name,
      phone: event.author.kind === "phone",
      text: wordsOf(event),
      file: event.file ?? null,
      outgoing: null,
      at: event.at,
      first: opensRun(`${kind} ${event.author.kind} ${event.author.id}`, Date.parse(event.at)),
      state: mine && kind === "message" && !event.deleted ? progressOf(conversation, event.seq, me) : null,
      problem: null,
      final: false,
      edited: Boolean(event.edited),
      deleted: Boolean(event.deleted),
      quote: quoteOf(conversation, event.reply_to, me),
      mentions: event.mentions ?? [],
    });
  }
  for (const item of atEnd ? conversation.pending : []) {
    place(item.atMs);
    const kind = item.note ? "note" : "message";
    out.push({
      kind,
      key: item.clientId,
      seq: item.seq,
      clientId: item.clientId,
      mine: true,
      name: me.name,
      phone: false,
      text: item.file?.name ?? item.text,
      file: null,
      outgoing: item.file ?? null,
      at: item.atMs,
      first: opensRun(`${kind} ${me.kind} ${me.id}`, item.atMs),
      state: item.phase === "stored" ? "sent" : item.phase,
      problem: item.phase === "refused" ? problemOf(item) : null,
      final: item.file !== undefined && isFinal(item.error?.code),
      edited: false,
      deleted: false,
      quote: quoteOf(conversation, item.extra?.reply_to, me),
      mentions: item.extra?.mentions ?? [],
    });
  }
  return out;
}

function factOf(conversation: Conversation, event: WireEvent, me: Me): string {
  if (event.kind === "alarm") return alarmLine(event);
  if (event.code === "file_refused") return refusedLine(event);
  return (conversation.kind === "group" && groupLine(event, me)) || lineOf(event, me);
}

function quoteOf(conversation: Conversation, seq: number | undefined, me: Me): Quote | null {
  if (seq === undefined) return null;
  const event = find(conversation, seq);
  if (!event) return { seq, name: "", text: null };
  const text = flat(wordsOf(event));
  return { seq, name: isMine(event.author, me) ? t("You") : event.author.name, text };
}

/** Events are in order of their sequence. */
export function find(conversation: Conversation, seq: number): WireEvent | undefined {
  let low = 0;
  let high = conversation.events.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const event = conversation.events[middle]!;
    if (event.seq === seq) return event;
    if (event.seq < seq) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

export interface Reader {
  who: string;
  name: string;
  progress: Progress;
}

/** How far each of the others has come with a message: those who have read it first. */
export function readers(conversation: Conversation, event: WireEvent): Reader[] {
  const order = { read: 0, delivered: 1, sent: 2 };
  return conversation.participants
    .filter(({ who }) => who !== whoOf(event.author))
    .map(({ who, name }) => {
      const mark = conversation.watermarks[who];
      const progress: Progress = mark && mark.read >= event.seq ? "read" : mark && mark.delivered >= event.seq ? "delivered" : "sent";
      return { who, name, progress };
    })
    .sort((a, b) => order[a.progress] - order[b.progress] || a.name.localeCompare(b.name));
}

const isSaid = (event: WireEvent): boolean => event.kind === "message" || event.kind === "note" || event.kind === "file";

function problemOf(item: Pending): string {
  return item.error?.message || t("This could not be sent.");
}

/** One line for a list: the newest words. */
export function preview(conversation: Conversation, me: Me): string {
  const writing = conversation.pending.at(-1);
  if (writing) return t("You: {text}", { text: flat(writing.file?.name ?? writing.text) });
  const event = conversation.newest;
  if (!event) return "";
  if (!isSaid(event)) return factOf(conversation, event, me);
  const text = flat(wordsOf(event));
  if (isMine(event.author, me)) return t("You: {text}", { text });
  return conversation.kind === "group" ? t("{name}: {text}", { name: event.author.name, text }) : text;
}

function flat(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, " ");
}
