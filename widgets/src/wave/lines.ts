/** What a conversation's log shows, line by line: pure, so that the components only draw it. */
import { type Conversation, isMine, type Pending, progressOf, type Progress } from "../shared/conversation";
import { t } from "../shared/i18n";
import { lineOf } from "../shared/lines";
import { dayKey } from "../shared/time";
import type { Me } from "../shared/wire";

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
  at: string | number;
  /** First of its author's run: only there the name is shown. */
  first: boolean;
  /** Of one's own messages: how far it has come. */
  state: MessageState | null;
  problem: string | null;
}

export type Line =
  | { kind: "day"; key: string; at: string | number }
  | { kind: "fact"; key: string; text: string; at: string }
  | { kind: "new"; key: string }
  | MessageLine;

const RUN_MS = 5 * 60_000;

/** `readBefore`: how far one had read when the conversation was opened; "New" stands after it. */
export function lines(conversation: Conversation, me: Me, readBefore: number | null): Line[] {
  const out: Line[] = [];
  let lastAt: string | number | null = null;
  let run: { author: string; at: number } | null = null;
  let newDrawn = readBefore === null;

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

  for (const event of conversation.events) {
    if (event.kind !== "message" && event.kind !== "note") {
      const text = lineOf(event, me);
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
    out.push({
      kind: event.kind,
      key: event.client_id ?? `${event.seq}`,
      seq: event.seq,
      clientId: event.client_id ?? null,
      mine,
      name: event.author.name,
      phone: event.author.kind === "phone",
      text: event.text ?? "",
      at: event.at,
      first: opensRun(`${event.kind} ${event.author.kind} ${event.author.id}`, Date.parse(event.at)),
      state: mine && event.kind === "message" ? progressOf(conversation, event.seq, me) : null,
      problem: null,
    });
  }
  for (const item of conversation.pending) {
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
      text: item.text,
      at: item.atMs,
      first: opensRun(`${kind} ${me.kind} ${me.id}`, item.atMs),
      state: item.phase === "stored" ? "sent" : item.phase,
      problem: item.phase === "refused" ? problemOf(item) : null,
    });
  }
  return out;
}

function problemOf(item: Pending): string {
  return item.error?.message || t("This could not be sent.");
}

/** One line for a list: the newest words. */
export function preview(conversation: Conversation, me: Me): string {
  const writing = conversation.pending.at(-1);
  if (writing) return t("You: {text}", { text: flat(writing.text) });
  const event = conversation.newest;
  if (!event) return "";
  if (event.kind !== "message" && event.kind !== "note") return lineOf(event, me);
  const text = flat(event.text ?? "");
  return isMine(event.author, me) ? t("You: {text}", { text }) : text;
}

function flat(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, " ");
}
