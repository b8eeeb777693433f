/** What crosses the wire: the shapes of `hub/wire.py`, word for word. */

type AuthorKind = "visitor" | "agent" | "user" | "phone" | "bot" | "system";
export type ConversationStateName = "waiting" | "active" | "transferring" | "ended" | "missed" | "offline";

export interface Author {
  kind: AuthorKind;
  id: string;
  name: string;
}

export interface WireEvent {
  conversation: string;
  seq: number;
  /** The sequence before it that this reader may see: apply if `prev ≤ last`, else ask. */
  prev: number;
  kind: "message" | "file" | "state" | "assigned" | "note" | "alarm" | "call" | "system" | "survey" | "edited" | "deleted";
  author: Author;
  client_id?: string;
  at: string;
  /** `message`, `note` */
  text?: string;
  /** Of a message: the sequence of the one it answers, and whom its text names (`all`: everybody). */
  reply_to?: number;
  mentions?: string[];
  /** Of a bot's message: what may be answered by pressing a button. */
  choices?: string[];
  /** Of a message: the sequence of the `edited` or `deleted` event that made it what it is. */
  edited?: number;
  deleted?: number;
  /** `edited`, `deleted`: the sequence of the message that they change. */
  of?: number;
  /** `file` */
  file?: WireFile;
  /** `state` */
  state?: ConversationStateName;
  reason?: string;
  by?: { id: string; name: string } | string;
  /** `state` `transferring`, and what became of that: to whom the chat was offered. */
  to?: { kind: "agent" | "queue"; id: string; name: string };
  /** `survey` */
  rating?: number;
  comment?: string;
  /** `assigned` */
  agent?: { id: string; name: string };
  epoch?: number;
  /** `system` */
  code?: string;
  [extra: string]: unknown;
}

/** A file that was said; `thumb`: there is a small picture of it. */
export interface WireFile {
  id: string;
  name: string;
  size: number;
  type: string;
  width?: number;
  height?: number;
  thumb?: boolean;
}

export interface Watermark {
  who: string;
  delivered: number;
  read: number;
}

export interface Summary {
  conversation: string;
  kind: string;
  title: string;
  state: ConversationStateName;
  epoch: number;
  owner: { id: string; name: string } | null;
  head: number;
  events: WireEvent[];
  more: boolean;
  too_far: boolean;
  watermarks: Watermark[];
  unread: number;
  /** How the reader keeps it in their own list. */
  pinned?: boolean;
  muted?: boolean;
  last: WireEvent | null;
  participants: { who: string; name: string }[];
}

export interface Page {
  events: WireEvent[];
  head: number;
  more: boolean;
}

export interface WireError {
  code: string;
  message: string;
  fields?: Record<string, string>;
  [param: string]: unknown;
}

export type Ack = { ok: true; [extra: string]: unknown } | { ok: false; error: WireError; [extra: string]: unknown };

/** Who looks at the conversation: `visitor:<id>` or `user:<number>`. */
export interface Me {
  who: string;
  kind: AuthorKind;
  id: string;
  name: string;
}
