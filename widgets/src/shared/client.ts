/** The conversation client of visitor and Wave alike: what has been seen is resumed by sequence, what is written is in the outbox first. */
import { type Api, ApiError } from "./api";
import { CatchingUp } from "./catching-up";
import { after, type Conversation, empty, type Input, isMine, TYPING_LIVES_MS } from "./conversation";
import { newId } from "./ids";
import { Marks } from "./marks";
import { type Entry, type Extra, openOutbox, type Outbox, type OutgoingFile } from "./outbox";
import { Sender } from "./sender";
import { Socket, SocketGone, type SocketState } from "./socket";
import { Uploads } from "./uploads";
import type { Ack, Author, Me, Summary, Watermark, WireEvent } from "./wire";

interface ClientOptions {
  me: Me;
  namespace: "/visitor" | "/wave";
  /** Names the outbox on this device: `visitor:<public id>:<visitor id>`, `user:1000`. */
  identity: string;
  /** The Socket.IO `auth` value: `{token}` for visitors; Wave's cookie needs none. */
  auth: () => Record<string, unknown>;
  api: Api;
}

/** `connecting`: first attempt; `offline`: lost, trying again at `retryAtMs`; `refused`: see `refusal`. */
export type Connection = "connecting" | "online" | "offline" | "refused" | "stopped";

const TYPING_MS = 3_000;
const CHECK_MS = 60_000;
/** How long who ends a conversation waits for what was written in it. */
const WRITTEN_WITHIN_MS = 5_000;
/** Own event after the acknowledgement: it usually follows at once by the socket. */
const SETTLE_MS = 1_500;
const LARGEST_FILE = 1024 * 1024 * 1024;

export class ConversationClient {
  readonly me: Me;
  readonly api: Api;
  connection: Connection = "connecting";
  refusal: string | null = null;
  conversations: ReadonlyMap<string, Conversation> = new Map();
  /** False when the browser gives no storage: what is unsent lives as long as the page. */
  durable = true;

  readonly #socket: Socket;
  /** There when the device's storage has answered, which may take seconds: what is written meanwhile waits for it. */
  readonly #sending: Promise<{ outbox: Outbox; sender: Sender }>;
  #mayOpen!: () => void;
  readonly #uploads: Uploads;
  readonly #marks: Marks;
  readonly #catchingUp: CatchingUp;
  #listeners = new Set<() => void>();
  #handlers = new Map<string, Set<(data: never) => void>>();
  #followed = new Set<string>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #typed = new Map<string, number>();
  #changes = 0;
  readonly #unhook: (() => void)[] = [];

  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.me = options.me;
    this.api = options.api;
    this.#socket = new Socket({
      namespace: options.namespace,
      auth: options.auth,
      onState: (state, code) => this.#socketBecame(state, code),
      onEvent: (name, data) => this.#heard(name, data),
    });
    const kept = {
      conversation: (id: string) => this.get(id),
      put: (id: string, input: Input) => this.#put(id, input),
      later: (name: string, ms: number, work: () => void) => this.#later(name, ms, work),
    };
    this.#marks = new Marks({ ...kept, me: options.me, tell: (name, id, seq) => this.#tellMark(name, id, seq) });
    this.#catchingUp = new CatchingUp({
      ...kept,
      api: options.api,
      followed: (id) => this.#followed.has(id),
      resume: async (id, from) => (this.#socket.state === "open" ? this.request("resume", { conversation: id, after: from }, 5_000) : null),
    });
    this.#uploads = new Uploads(options.api, {
      progress: (entry, sent) => this.#put(entry.conversation, { type: "progress", clientId: entry.clientId, sent }),
      arrived: async (entry, id) => {
        const whole: Entry = { ...entry, file: { ...entry.file!, id } };
        await this.#keepEntry(whole);
        await (await this.#sending).sender.take(whole);
      },
      refused: (entry, error) => {
        this.#put(entry.conversation, { type: "refused", clientId: entry.clientId, error });
        void this.#keepEntry({ ...entry, refused: { code: error.code, message: error.message } });
      },
      late: (entry, error) => this.#put(entry.conversation, { type: "late", clientId: entry.clientId, error }),
    });
    this.#sending = new Promise<void>((resolve) => (this.#mayOpen = resolve)).then(() => this.#openSending());
  }

  /** Connect, and send what an earlier page left in the outbox. */
  async start(): Promise<void> {
    const hook = (target: EventTarget, name: string, handler: () => void): void => {
      target.addEventListener(name, handler);
      this.#unhook.push(() => target.removeEventListener(name, handler));
    };
    hook(window, "online", () => this.#wakeUp());
    hook(window, "offline", () => this.#socket.suspect());
    hook(window, "pageshow", () => this.#wakeUp());
    hook(document, "visibilitychange", () => document.visibilityState === "visible" && this.#wakeUp());
    hook(window, "focus", () => this.#marks.read());
    // An open socket keeps a page out of the back-forward cache.
    hook(window, "pagehide", () => this.#socket.close());
    const regular = setInterval(() => this.#check(), CHECK_MS);
    this.#unhook.push(() => clearInterval(regular));
    this.#socket.open();
    this.#mayOpen();
    await this.#adopt();
  }

  async #openSending(): Promise<{ outbox: Outbox; sender: Sender }> {
    const outbox = await openOutbox(this.#options.identity);
    this.durable = outbox.durable;
    const sender = new Sender(outbox, this.#socket, this.#options.api, {
      stored: (entry, seq) => {
        this.#put(entry.conversation, { type: "stored", clientId: entry.clientId, seq });
        this.#later(`ask ${entry.conversation}`, SETTLE_MS, () => this.#catchingUp.askIfBehind(entry.conversation));
      },
      refused: (entry, error) => this.#put(entry.conversation, { type: "refused", clientId: entry.clientId, error }),
      late: (entry, error) => this.#put(entry.conversation, { type: "late", clientId: entry.clientId, error }),
    });
    return { outbox, sender };
  }

  stop(): void {
    for (const undo of this.#unhook.splice(0)) undo();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#uploads.stop();
    void this.#sending.then(({ sender }) => sender.stop());
    this.#socket.close();
  }

  /** Hear of every change; returns how to stop hearing. With `version` it fits React's `useSyncExternalStore`. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  version = (): number => this.#changes;

  get(conversation: string): Conversation | undefined {
    return this.conversations.get(conversation);
  }

  /** When the next attempt to connect is due. */
  get retryAtMs(): number | null {
    return this.#socket.retryAtMs;
  }

  /** Try to connect now. */
  reconnect(): void {
    this.#socket.open();
  }

  /** Socket events that are not of a conversation: `inquiry`, `inquiry_gone`, `presence`, `revoked` … */
  on<T>(name: string, handler: (data: T) => void): () => void {
    const known = this.#handlers.get(name) ?? new Set();
    known.add(handler as (data: never) => void);
    this.#handlers.set(name, known);
    return () => known.delete(handler as (data: never) => void);
  }

  /** Ask the server over the socket (`accept`, `inquiries`, `end` …); a connection that is gone answers `unavailable`. */
  async request(name: string, data: unknown, timeoutMs?: number): Promise<Ack> {
    try {
      return await this.#socket.request(name, data, timeoutMs);
    } catch (error) {
      if (!(error instanceof SocketGone)) throw error;
      return { ok: false, error: { code: "unavailable", message: "" } };
    }
  }

  /** Load a conversation's history and keep it complete. */
  follow(conversation: string): void {
    if (this.#followed.has(conversation)) return;
    this.#followed.add(conversation);
    if (!this.conversations.has(conversation)) this.#keep(empty(conversation));
    if (!this.get(conversation)!.loaded) void this.#catchingUp.ask(conversation);
  }

  /** Take a summary that came another way, such as the answer to `accept`, with its events. */
  take(summary: Summary): void {
    const complete = (summary.events[0]?.prev ?? 0) === 0;
    this.#put(summary.conversation, { type: "summary", summary, asked: complete });
    this.follow(summary.conversation);
    this.#catchingUp.askIfBehind(summary.conversation);
  }

  /** The conversation is no longer this reader's. */
  forget(conversation: string): void {
    this.#followed.delete(conversation);
    this.#marks.forget(conversation);
    const rest = new Map(this.conversations);
    rest.delete(conversation);
    this.conversations = rest;
    this.#changed();
  }

  /** Write: into the outbox, on the screen, then to the server. Resolves when it is in the outbox. */
  async send(conversation: string, text: string, options: { epoch?: number; note?: boolean; extra?: Extra } = {}): Promise<string> {
    const entry: Entry = { clientId: newId(), conversation, text, atMs: Date.now(), action: options.note ? "note" : "send" };
    if (options.epoch !== undefined) entry.epoch = options.epoch;
    if (options.extra) entry.extra = options.extra;
    this.#put(conversation, written(entry));
    this.#typed.delete(conversation);
    await this.#keepEntry(entry);
    await (await this.#sending).sender.take(entry);
    return entry.clientId;
  }

  /** Send a file: brought in pieces beside what is written, said when all of it is there. */
  async sendFile(conversation: string, data: Blob): Promise<string> {
    const file: OutgoingFile = { name: data instanceof File ? data.name : "", data };
    const entry: Entry = { clientId: newId(), conversation, text: "", atMs: Date.now(), action: "send", file };
    this.#put(conversation, written(entry));
    // Above what any server takes it is only refused; the disk is spared a copy.
    if (data.size <= LARGEST_FILE) void this.#keepEntry(entry);
    await this.#uploads.take(entry);
    return entry.clientId;
  }

  /** How the reader keeps it, as the server or they themselves have just said. */
  kept(conversation: string, keeping: { pinned?: boolean; muted?: boolean }): void {
    if (this.conversations.has(conversation)) this.#put(conversation, { type: "kept", ...keeping });
  }

  /** The visitor's place in line, as an answer to HTTP told it. */
  place(conversation: string, position: number, attended = true): void {
    this.#put(conversation, { type: "position", position, attended });
  }

  /** End the conversation; null when it is ended, else the server's sentence (empty when it cannot be reached). */
  async end(conversation: string): Promise<string | null> {
    await this.#written(conversation);
    const ack = await this.request("end", { conversation }, 4_000);
    if (ack.ok) return null;
    if (ack.error.code !== "unavailable") return ack.error.code === "conversation_closed" ? null : ack.error.message;
    try {
      await this.#options.api.post(`/v1/conversations/${conversation}/end`);
      return null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error.code === "conversation_closed" ? null : error.message;
    }
  }

  /** What was written before is on the server's disk, or has had its time. */
  #written(conversation: string): Promise<void> {
    const waits = () => this.get(conversation)?.pending.some((each) => each.phase === "sending") ?? false;
    if (!waits()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, WRITTEN_WITHIN_MS);
      const stop = this.subscribe(() => waits() || done());
    });
  }

  /** Try a refused item again, under the same `client_id`. */
  async again(conversation: string, clientId: string): Promise<void> {
    const pending = this.get(conversation)?.pending.find((each) => each.clientId === clientId);
    if (!pending) return;
    this.#put(conversation, { type: "again", clientId });
    const entry: Entry = { clientId, conversation, text: pending.text, atMs: pending.atMs, action: pending.note ? "note" : "send" };
    if (pending.extra) entry.extra = pending.extra;
    if (pending.file) {
      entry.file = { name: pending.file.name, data: pending.file.data };
      await this.#uploads.take(entry);
      return;
    }
    const { outbox, sender } = await this.#sending;
    await outbox.put(entry);
    await sender.take(entry);
  }

  /** Give up a refused item, or a file on its way; its text is returned, to be edited. */
  async discard(conversation: string, clientId: string): Promise<string> {
    const pending = this.get(conversation)?.pending.find((each) => each.clientId === clientId);
    if (pending?.file) this.#uploads.cancel(clientId);
    this.#put(conversation, { type: "discarded", clientId });
    await (await this.#sending).outbox.remove(clientId);
    return pending?.text ?? "";
  }

  /** Tell the others that this person is writing; at most every three seconds. */
  typing(conversation: string): void {
    const now = Date.now();
    if (this.#socket.state !== "open" || now - (this.#typed.get(conversation) ?? 0) < TYPING_MS) return;
    this.#typed.set(conversation, now);
    void this.request("typing", { conversation });
  }

  /** The newest line is in sight (or no longer): read marks follow while the page is visible and focused. */
  attend(conversation: string, inSight: boolean): void {
    this.#marks.attend(conversation, inSight);
  }

  #changed(): void {
    this.#changes++;
    for (const listener of this.#listeners) listener();
  }

  #keep(conversation: Conversation): void {
    this.conversations = new Map(this.conversations).set(conversation.id, conversation);
    this.#changed();
  }

  #put(id: string, input: Input): void {
    const before = this.get(id);
    const now = after(before ?? empty(id), input, this.me);
    if (now === before) return;
    this.#keep(now);
    this.#marks.delivered(now);
    this.#marks.read();
  }

  #later(name: string, ms: number, work: () => void): void {
    if (this.#timers.has(name)) return;
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        work();
      }, ms),
    );
  }

  #socketBecame(state: SocketState, code?: string): void {
    if (state === "open") void this.#hello();
    const connection: Connection = state === "open" ? "online" : state === "refused" ? "refused" : state === "closed" ? "stopped" : state === "waiting" ? "offline" : this.connection === "offline" ? "offline" : "connecting";
    this.refusal = code ?? null;
    this.connection = connection;
    this.#changed();
  }

  #heard(name: string, data: unknown): void {
    switch (name) {
      case "event":
        this.#heardEvent(data as WireEvent);
        break;
      case "watermark": {
        const { conversation, ...watermark } = data as Watermark & { conversation: string };
        if (this.conversations.has(conversation)) this.#put(conversation, { type: "watermark", watermark });
        break;
      }
      case "typing": {
        const { conversation, author } = data as { conversation: string; author: Author };
        if (!this.conversations.has(conversation)) break;
        this.#put(conversation, { type: "typing", author, nowMs: Date.now() });
        setTimeout(() => this.#put(conversation, { type: "tick", nowMs: Date.now() }), TYPING_LIVES_MS + 20);
        break;
      }
      case "position": {
        const { conversation, position, attended } = data as { conversation: string; position: number; attended: boolean };
        this.#put(conversation, { type: "position", position, attended });
        break;
      }
      case "head": {
        const { conversation, head } = data as { conversation: string; head: number };
        this.#put(conversation, { type: "head", head });
        this.#catchingUp.askIfBehind(conversation);
        break;
      }
      case "revoked":
        this.#socket.close();
        this.#socketBecame("refused", (data as { code?: string } | null)?.code ?? "revoked");
    }
    for (const handler of this.#handlers.get(name) ?? []) handler(data as never);
  }

  #heardEvent(event: WireEvent): void {
    const known = this.get(event.conversation)?.kind; // of an empty one only the name is known
    this.#put(event.conversation, { type: "event", event });
    const mine = event.client_id !== undefined && isMine(event.author, this.me);
    if (mine) void this.#sending.then(({ outbox }) => outbox.remove(event.client_id!)); // stored by way of another tab
    if (!known) this.#later("hello", 20, () => void this.#hello());
    else this.#catchingUp.askIfBehind(event.conversation);
  }

  /** Name what is here, hear what is behind. */
  async #hello(): Promise<void> {
    const heads: Record<string, number> = {};
    for (const id of this.#followed) heads[id] = this.get(id)?.last ?? 0;
    const ack = await this.request("hello", { heads }, 8_000);
    if (!ack.ok) {
      if (ack.error.code === "unavailable" && this.#socket.state === "open") this.#later("hello", 2_000, () => void this.#hello());
      return;
    }
    for (const summary of ack["conversations"] as Summary[]) {
      const asked = heads[summary.conversation] === this.get(summary.conversation)?.last && summary.conversation in heads;
      this.#put(summary.conversation, { type: "summary", summary, asked });
      if (summary.too_far && this.#followed.has(summary.conversation)) this.#catchingUp.restart(summary.conversation, summary.head);
      this.#catchingUp.askIfBehind(summary.conversation);
    }
    for (const handler of this.#handlers.get("hello") ?? []) handler(ack as never);
    void this.#sending.then(({ sender }) => sender.wake());
    for (const id of this.conversations.keys()) this.#marks.tellSoon(id);
  }

  /** "Anything after n?", without trusting the socket; also takes over what another tab left unsent. */
  #check(): void {
    this.#socket.open();
    void this.#sending.then(({ sender }) => sender.wake());
    void this.#adopt();
    for (const id of this.#marks.attended.size ? this.#marks.attended : [...this.#followed].slice(-3)) void this.#catchingUp.ask(id, true);
  }

  /** After sleep a socket may look open and be dead: it has five seconds to prove that it lives. */
  #wakeUp(): void {
    this.#check();
    if (this.#socket.state !== "open") return;
    this.#socket.request("hello", { heads: {} }, 5_000).catch((error: unknown) => {
      if (error instanceof SocketGone && error.reason === "timeout") this.#socket.suspect();
    });
  }

  async #keepEntry(entry: Entry): Promise<void> {
    try {
      await (await this.#sending).outbox.put(entry);
    } catch {
      this.durable = false; // the disk is full: it is sent all the same
    }
  }

  async #adopt(): Promise<void> {
    const { outbox, sender } = await this.#sending;
    for (const entry of await outbox.all().catch(() => [])) {
      if (sender.holds(entry.clientId) || this.#uploads.holds(entry.clientId)) continue;
      const way = entry.file && !entry.file.id ? this.#uploads : sender;
      if (!entry.refused && !(await way.take(entry))) continue; // another tab sends it
      this.#put(entry.conversation, written(entry));
      if (entry.refused) this.#put(entry.conversation, { type: "refused", clientId: entry.clientId, error: entry.refused });
    }
  }

  async #tellMark(name: "delivered" | "read", id: string, seq: number): Promise<boolean> {
    if (this.#socket.state === "open") return (await this.request(name, { conversation: id, seq })).ok;
    try {
      await this.#options.api.post(`/v1/conversations/${id}/${name}`, { seq });
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false; // told again with the next change or connection
      throw error;
    }
  }
}

function written(entry: Entry): Input {
  const { clientId, text, atMs, extra, file } = entry;
  return { type: "written", clientId, text, atMs, note: entry.action === "note", ...(extra ? { extra } : {}), ...(file ? { file } : {}) };
}
