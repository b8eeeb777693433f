/** What a conversation's log shows, line by line: pure, so that the components only draw it. */
import { t } from "../shared/i18n";
import type { Mark, Pending, WireEvent } from "../shared/wire";
import { sameDay } from "../kit/time";

export type MessageState = "sending" | "waiting" | "stored" | "delivered" | "read" | "refused";

export interface MessageLine {
  kind: "message" | "note";
  key: string;
  seq: number | null;
  client_id: string | null;
  mine: boolean;
  name: string;
  /** Where it was written: a telephone's messages are marked. */
  from: "page" | "phone" | "system";
  text: string;
  at: string | number;
  /** First of its author's run: only there the name is shown. */
  first: boolean;
  state: MessageState | null;
  problem: string | null;
}

export type Line =
  | { kind: "day"; key: string; at: string | number }
  | { kind: "fact"; key: string; text: string; at: string }
  | { kind: "unread"; key: string }
  | MessageLine;

const RUN_MS = 5 * 60_000;

export interface LogView {
  me: string; // `user:1000`
  events: readonly WireEvent[];
  pending: readonly Pending[];
  marks: readonly Mark[];
  /** The last event read when the conversation was opened: the line "New" stands after it. */
  readBefore: number | null;
}

export function lines(view: LogView): Line[] {
  const out: Line[] = [];
  let lastAt: string | number | null = null;
  let run: { author: string; at: number } | null = null;
  let unreadDrawn = view.readBefore === null;

  const number = view.me.slice(view.me.indexOf(":") + 1);
  const others = view.marks.filter((mark) => mark.who !== view.me);
  const delivered = Math.max(0, ...others.map((mark) => mark.delivered));
  const read = Math.max(0, ...others.map((mark) => mark.read));

  const place = (at: string | number): void => {
    if (lastAt === null || !sameDay(lastAt, at)) {
      out.push({ kind: "day", key: `day ${new Date(at).toDateString()}`, at });
      run = null;
    }
    lastAt = at;
  };

  for (const event of view.events) {
    if (event.kind === "message" || event.kind === "note") {
      const mine = isMine(event, number);
      place(event.at);
      if (!unreadDrawn && !mine && event.seq > (view.readBefore ?? 0)) {
        out.push({ kind: "unread", key: "unread" });
        unreadDrawn = true;
        run = null;
      }
      const author = `${event.kind} ${event.author.kind} ${event.author.id}`;
      const at = Date.parse(event.at);
      const previous = run as { author: string; at: number } | null;
      out.push({
        kind: event.kind,
        key: `${event.seq}`,
        seq: event.seq,
        client_id: event.client_id ?? null,
        mine,
        name: event.author.name,
        from: event.author.kind === "phone" ? "phone" : event.author.kind === "system" ? "system" : "page",
        text: event.text ?? "",
        at: event.at,
        first: !previous || previous.author !== author || at - previous.at > RUN_MS,
        state: mine && event.kind === "message" ? reach(event.seq, delivered, read) : null,
        problem: null,
      });
      run = { author, at };
    } else {
      const text = fact(event, number);
      if (text) {
        place(event.at);
        out.push({ kind: "fact", key: `${event.seq}`, text, at: event.at });
        run = null;
      }
    }
  }
  for (const item of view.pending) {
    place(item.at);
    out.push({
      kind: item.note ? "note" : "message",
      key: item.client_id,
      seq: null,
      client_id: item.client_id,
      mine: true,
      name: "",
      from: "page",
      text: item.text,
      at: item.at,
      first: false,
      state: item.refused ? "refused" : item.late ? "waiting" : "sending",
      problem: item.refused ?? null,
    });
  }
  return out;
}

function isMine(event: WireEvent, number: string): boolean {
  return (event.author.kind === "agent" || event.author.kind === "user" || event.author.kind === "phone") && event.author.id === number;
}

function reach(seq: number, delivered: number, read: number): MessageState {
  if (seq <= read) return "read";
  return seq <= delivered ? "delivered" : "stored";
}

/** A stored event that is no message, in words; null: nothing a person needs to see. */
export function fact(event: WireEvent, number: string): string | null {
  const name = event.author.name;
  switch (event.kind) {
    case "assigned":
      if (!event.agent) return null;
      return event.agent.id === number
        ? t("You took this chat.")
        : t("{name} took this chat.", { name: event.agent.name });
    case "state":
      return stateFact(event, name);
    case "deleted":
      return t("A message was deleted.");
    default:
      return null;
  }
}

function stateFact(event: WireEvent, name: string): string | null {
  const by = typeof event.by === "string" ? event.by : (event.by?.name ?? name);
  switch (event.state) {
    case "waiting":
      return t("The visitor asks for a chat.");
    case "ended":
      if (event.reason === "visitor" || event.author.kind === "visitor") return t("The visitor ended the chat.");
      return by ? t("{name} ended the chat.", { name: by }) : t("The chat has ended.");
    case "missed":
      return t("The visitor left before anyone answered.");
    default:
      return null;
  }
}

/** One line for a list: the newest words, with who wrote them when it was oneself. */
export function preview(event: WireEvent | null, number: string): string {
  if (!event) return "";
  if (event.kind === "message" || event.kind === "note") {
    const text = (event.text ?? "").replace(/\s+/g, " ");
    return isMine(event, number) ? t("You: {text}", { text }) : text;
  }
  return fact(event, number) ?? "";
}
