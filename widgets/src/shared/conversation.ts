/** One conversation as a value: `after(state, input)` is the only way it changes, and it is pure. */
import type { Extra, OutgoingFile } from "./outbox";
import type { Author, ConversationStateName, Me, Page, Summary, Watermark, WireError, WireEvent } from "./wire";

/** What somebody wrote that the server has not yet given back as an event. */
export interface Pending {
  /** A file on its way, and how much of it has arrived. */
  file?: OutgoingFile & { sent: number };
  clientId: string;
  text: string;
  /** The writer's clock, for the provisional bubble alone. */
  atMs: number;
  /** `sending`: on its way; `late`: still trying after a minute; `stored`: on the server's disk; `refused`: see `error`. */
  phase: "sending" | "late" | "stored" | "refused";
  seq: number | null;
  error: WireError | null;
  note: boolean;
  extra?: Extra;
}

/** `role`: `helping` is an agent who was invited beside the one who serves the visitor. */
export interface Participant {
  who: string;
  name: string;
  role?: string;
}

interface Typist {
  author: Author;
  untilMs: number;
}

export interface Conversation {
  id: string;
  kind: string;
  title: string;
  state: ConversationStateName;
  owner: { id: string; name: string } | null;
  epoch: number;
  participants: readonly Participant[];
  /** In order of `seq`, without gaps that this reader could see; corrections are applied, not listed. */
  events: readonly WireEvent[];
  /** Everything up to here has been applied. */
  last: number;
  /** The newest sequence known to exist; above `last` something is missing: ask. */
  head: number;
  /** History from its beginning (or as far back as the server keeps it) is here. */
  loaded: boolean;
  pending: readonly Pending[];
  watermarks: Readonly<Record<string, { delivered: number; read: number }>>;
  typing: readonly Typist[];
  unread: number;
  /** Newest event for lists, also when the history is not loaded. */
  newest: WireEvent | null;
  /** The visitor's place among those who wait. */
  position: number | null;
  /** Somebody who may take the chat is connected. */
  attended: boolean;
  pinned: boolean;
  muted: boolean;
}

export type Input =
  | { type: "summary"; summary: Summary; asked: boolean }
  | { type: "event"; event: WireEvent }
  | { type: "page"; after: number; page: Page }
  | { type: "restarted"; after: number }
  | { type: "head"; head: number }
  | { type: "watermark"; watermark: Watermark }
  | { type: "typing"; author: Author; nowMs: number }
  | { type: "tick"; nowMs: number }
  | { type: "position"; position: number; attended: boolean }
  | { type: "written"; clientId: string; text: string; atMs: number; note?: boolean; extra?: Extra; file?: OutgoingFile }
  | { type: "kept"; pinned?: boolean; muted?: boolean }
  | { type: "progress"; clientId: string; sent: number }
  | { type: "stored"; clientId: string; seq: number }
  | { type: "late"; clientId: string; error: WireError | null }
  | { type: "refused"; clientId: string; error: WireError }
  | { type: "again"; clientId: string }
  | { type: "discarded"; clientId: string };

export const TYPING_LIVES_MS = 6_000;

export function empty(id: string): Conversation {
  return {
    id,
    kind: "",
    title: "",
    state: "waiting",
    owner: null,
    epoch: 0,
    participants: [],
    events: [],
    last: 0,
    head: 0,
    loaded: false,
    pending: [],
    watermarks: {},
    typing: [],
    unread: 0,
    newest: null,
    position: null,
    attended: true,
    pinned: false,
    muted: false,
  };
}

/** Something exists that this client has not applied. */
export const isBehind = (conversation: Conversation): boolean => conversation.head > conversation.last;

export const isOver = (conversation: Conversation): boolean => conversation.state === "ended" || conversation.state === "missed" || conversation.state === "offline";

/** Why the conversation has the state it has: `timeout`, `visitor`, `channel_deleted` … */
export const reasonOf = ({ events }: Conversation): string => events.findLast((event) => event.kind === "state")?.reason ?? "";

/** Why no person could take over when a bot was done, if that is the reason. */
export const nobodyThere = (reason: string | undefined): "closed" | "no_agent" | null => (reason === "closed" || reason === "no_agent" ? reason : null);

/** The same person may write as `agent`, `user` and `phone`; they are one `user:<number>`. */
export function whoOf(author: Author): string {
  return author.kind === "visitor" ? `visitor:${author.id}` : author.kind === "system" || author.kind === "bot" ? `${author.kind}:` : `user:${author.id}`;
}

export const isMine = (author: Author, me: Me): boolean => whoOf(author) === me.who;

export type Progress = "sent" | "delivered" | "read";

/** How far one of my messages has come: the furthest of the others' watermarks decides; in a group it is read when all have read it. */
export function progressOf(conversation: Conversation, seq: number, me: Me): Progress {
  if (conversation.kind === "group") {
    const others = conversation.participants.filter(({ who }) => who !== me.who).map(({ who }) => conversation.watermarks[who]);
    if (others.length > 0 && others.every((mark) => mark && mark.read >= seq)) return "read";
    return others.some((mark) => mark && mark.delivered >= seq) ? "delivered" : "sent";
  }
  let progress: Progress = "sent";
  for (const [who, mark] of Object.entries(conversation.watermarks)) {
    if (who === me.who) continue;
    if (mark.read >= seq) return "read";
    if (mark.delivered >= seq) progress = "delivered";
  }
  return progress;
}

const countsAsUnread = (event: WireEvent): boolean => event.kind === "message" || event.kind === "file";

export function after(state: Conversation, input: Input, me: Me): Conversation {
  switch (input.type) {
    case "summary":
      return afterSummary(state, input.summary, input.asked, me);
    case "event":
      return afterEvent(state, input.event, me);
    case "page":
      return afterPage(state, input.after, input.page, me);
    case "restarted":
      return { ...state, events: [], last: input.after, loaded: false };
    case "head":
      return input.head > state.head ? { ...state, head: input.head } : state;
    case "watermark":
      return afterWatermark(state, input.watermark, me);
    case "typing":
      return afterTyping(state, input.author, input.nowMs, me);
    case "tick": {
      const typing = state.typing.filter((each) => each.untilMs > input.nowMs);
      return typing.length === state.typing.length ? state : { ...state, typing };
    }
    case "position":
      return { ...state, position: input.position, attended: input.attended };
    case "written": {
      if (state.pending.some((each) => each.clientId === input.clientId)) return state;
      if (state.events.some((event) => event.client_id === input.clientId && isMine(event.author, me))) return state;
      const pending: Pending = { clientId: input.clientId, text: input.text, atMs: input.atMs, phase: "sending", seq: null, error: null, note: input.note ?? false, ...(input.extra ? { extra: input.extra } : {}), ...(input.file ? { file: { ...input.file, sent: 0 } } : {}) };
      return { ...state, pending: [...state.pending, pending] };
    }
    case "kept":
      return { ...state, pinned: input.pinned ?? state.pinned, muted: input.muted ?? state.muted };
    case "progress":
      return { ...state, pending: state.pending.map((each) => (each.clientId === input.clientId && each.file ? { ...each, phase: "sending", error: null, file: { ...each.file, sent: input.sent } } : each)) };
    case "stored":
      return { ...withPending(state, input.clientId, { phase: "stored", seq: input.seq, error: null }), head: Math.max(state.head, input.seq) };
    case "late":
      return withPending(state, input.clientId, { phase: "late", error: input.error });
    case "refused":
      return withPending(state, input.clientId, { phase: "refused", error: input.error });
    case "again":
      return withPending(state, input.clientId, { phase: "sending", error: null });
    case "discarded":
      return { ...state, pending: state.pending.filter((each) => each.clientId !== input.clientId) };
  }
}

function withPending(state: Conversation, clientId: string, change: Partial<Pending>): Conversation {
  return { ...state, pending: state.pending.map((each) => (each.clientId === clientId && each.phase !== "stored" ? { ...each, ...change } : each)) };
}

function afterSummary(state: Conversation, summary: Summary, asked: boolean, me: Me): Conversation {
  const told = toldBy(summary, state, me);
  const newest = isOvertaken(summary, state) ? state.newest : (summary.last ?? state.newest);
  let next: Conversation = { ...state, kind: summary.kind, ...told, newest, head: Math.max(state.head, summary.head), pinned: summary.pinned ?? false, muted: summary.muted ?? false };
  for (const watermark of summary.watermarks) next = afterWatermark(next, watermark, me, false);
  // What was read here meanwhile the summary cannot know: with everything at hand it is counted.
  if (state.loaded && state.last >= summary.head) next = { ...next, unread: (told.unread = unreadIn(next, me)) };
  if (!asked || summary.too_far) return next;
  return { ...afterPage(next, state.last, summary, me), ...told };
}

/** A summary tells how things were at its `head`: events that overtook it on their way here know better. */
const isOvertaken = (summary: Summary, state: Conversation): boolean => summary.head < Math.max(state.last, state.newest?.seq ?? 0);

type Told = Pick<Conversation, "title" | "state" | "owner" | "epoch" | "participants" | "unread">;

const factsOf = ({ title, state, owner, epoch, participants, unread }: Told): Told => ({ title, state, owner, epoch, participants, unread });

function toldBy(summary: Summary, state: Conversation, me: Me): Told {
  if (!isOvertaken(summary, state)) return factsOf(summary);
  if (state.kind !== "") return factsOf(state);
  let known: Conversation = { ...state, ...factsOf(summary) };
  for (const event of state.loaded ? state.events : [state.newest!]) if (event.seq > summary.head) known = { ...known, ...facts(known, event), unread: unreadAfter(known, event, me) };
  return factsOf(known);
}

/** An answer to "anything after n?": complete from `after` on, whatever gaps its `prev`s show. */
function afterPage(state: Conversation, asked: number, page: Page, me: Me): Conversation {
  if (asked > state.last) return state;
  const events = [...state.events]; // once for the page: histories are long
  let next = state;
  for (const event of page.events) if (event.seq > next.last) next = appended(next, event, me, events);
  if (page.more) return { ...next, head: Math.max(next.head, page.head) };
  return { ...next, loaded: true, last: Math.max(next.last, page.head), head: Math.max(next.head, page.head) };
}

function afterEvent(state: Conversation, event: WireEvent, me: Me): Conversation {
  const seen = { ...state, head: Math.max(state.head, event.seq) };
  if (event.seq <= state.last) return state;
  if (!state.loaded) return { ...seen, ...listed(state, event, me) };
  return event.prev <= state.last ? append(seen, event, me) : seen;
}

/** A list shows the newest line and the count though the history is not here. */
function listed(state: Conversation, event: WireEvent, me: Me): Partial<Conversation> {
  if (isCorrection(event)) return { newest: state.newest && corrected(state.newest, event) };
  if (state.newest && event.seq <= state.newest.seq) return {};
  return { ...facts(state, event), newest: event, unread: unreadAfter(state, event, me), typing: withoutAuthor(state, event) };
}

const append = (state: Conversation, event: WireEvent, me: Me): Conversation => appended(state, event, me, [...state.events]);

/** `events` are the conversation's own, to be changed in place. */
function appended(state: Conversation, event: WireEvent, me: Me, events: WireEvent[]): Conversation {
  const mine = isMine(event.author, me);
  const correction = isCorrection(event);
  const known = correction || (state.newest !== null && event.seq <= state.newest.seq);
  if (correction) correct(events, event);
  else events.push(event);
  return {
    ...state,
    ...facts(state, event),
    events,
    last: event.seq,
    head: Math.max(state.head, event.seq),
    newest: known ? state.newest && (correction ? corrected(state.newest, event) : state.newest) : event,
    unread: known ? state.unread : unreadAfter(state, event, me),
    pending: mine && event.client_id ? state.pending.filter((each) => each.clientId !== event.client_id) : state.pending,
    typing: withoutAuthor(state, event),
  };
}

function correct(events: WireEvent[], change: WireEvent): void {
  const place = events.findLastIndex(({ seq }) => seq === change.of);
  if (place !== -1) events[place] = corrected(events[place]!, change);
}

const withoutAuthor = (state: Conversation, event: WireEvent): readonly Typist[] => state.typing.filter((each) => whoOf(each.author) !== whoOf(event.author));

const isCorrection = (event: WireEvent): boolean => event.kind === "edited" || event.kind === "deleted";

/**
 * A message as a later event has left it. The server rewrites the message too, so it may come with the
 * change in it before or after the event that made it: the higher sequence wins, a deletion is final.
 */
function corrected(message: WireEvent, change: WireEvent): WireEvent {
  if (message.seq !== change.of || message.deleted) return message;
  const { conversation, seq, prev, kind, author, client_id, at } = message;
  if (change.kind === "deleted") return { conversation, seq, prev, kind, author, ...(client_id ? { client_id } : {}), at, deleted: change.seq };
  if (change.text === undefined || (message.edited ?? 0) >= change.seq) return message; // outdated by a later edit
  const { mentions: _, ...rest } = message;
  return { ...rest, text: change.text, ...(change.mentions ? { mentions: change.mentions } : {}), edited: change.seq, edited_at: change.at };
}

const unreadIn = ({ events, watermarks }: Conversation, me: Me): number => events.filter((event) => event.seq > (watermarks[me.who]?.read ?? 0) && countsAsUnread(event) && !isMine(event.author, me)).length;

function unreadAfter(state: Conversation, event: WireEvent, me: Me): number {
  if (isMine(event.author, me)) return state.unread;
  return countsAsUnread(event) && event.seq > (state.watermarks[me.who]?.read ?? 0) ? state.unread + 1 : state.unread;
}

function facts(state: Conversation, event: WireEvent): Partial<Conversation> {
  if (event.kind === "state" && event.state) return { state: event.state, ...(event.state === "waiting" ? { owner: null } : {}) };
  if (event.kind === "system") return membership(state, event);
  if (event.kind === "assigned") return { owner: event.agent ?? null, epoch: event.epoch ?? state.epoch, position: null, participants: withAgent(state, event.agent) };
  return {};
}

function withAgent(state: Conversation, agent: WireEvent["agent"], role?: string): readonly Participant[] {
  if (!agent) return state.participants;
  const who = `user:${agent.id}`;
  return [...state.participants.filter((each) => each.who !== who), { who, name: agent.name, ...(role ? { role } : {}) }];
}

/** Whether somebody may write in a visitor's chat: the agent who serves, or one who helps. */
export function serves(conversation: Conversation, me: Me): boolean {
  return conversation.owner?.id === me.id || conversation.participants.some(({ who, role }) => who === me.who && role === "helping");
}

/** What an event of a group says of its name, its owner and who is in it. */
function membership(state: Conversation, event: WireEvent): Partial<Conversation> {
  const people = (event["members"] ?? []) as { id: string; name: string }[];
  const member = event["member"] as { id: string } | undefined;
  const others = state.participants.filter((each) => each.who !== `user:${member?.id}` && !people.some((one) => each.who === `user:${one.id}`));
  switch (event.code) {
    case "joined":
      return { participants: withAgent(state, event.agent, "helping") };
    case "left":
      return { participants: state.participants.filter(({ who }) => who !== `user:${event.agent?.id}`) };
    case "renamed":
      return { title: String(event["title"]) };
    case "owner_changed":
      return { owner: event["owner"] as Conversation["owner"] };
    case "members_added":
      return { participants: [...others, ...people.map(({ id, name }) => ({ who: `user:${id}`, name }))] };
    case "member_left":
    case "member_removed":
      return { participants: others };
    default:
      return {};
  }
}

function afterWatermark(state: Conversation, mark: Watermark, me: Me, recount = true): Conversation {
  const old = state.watermarks[mark.who] ?? { delivered: 0, read: 0 };
  const next = { delivered: Math.max(old.delivered, mark.delivered, mark.read), read: Math.max(old.read, mark.read) };
  if (next.delivered === old.delivered && next.read === old.read) return state;
  const marked = { ...state, watermarks: { ...state.watermarks, [mark.who]: next } };
  if (!recount || mark.who !== me.who || next.read === old.read) return marked;
  const unread = next.read >= state.head ? 0 : state.loaded ? state.events.filter((event) => event.seq > next.read && countsAsUnread(event) && !isMine(event.author, me)).length : state.unread;
  return { ...marked, unread };
}

function afterTyping(state: Conversation, author: Author, nowMs: number, me: Me): Conversation {
  if (isMine(author, me)) return state;
  const others = state.typing.filter((each) => whoOf(each.author) !== whoOf(author));
  return { ...state, typing: [...others, { author, untilMs: nowMs + TYPING_LIVES_MS }] };
}
