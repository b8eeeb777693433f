/** Takes what is written from the outbox to the server: in order per conversation, by socket or HTTP, for ever. */
import { type Api, ApiError } from "./api";
import { claim, type Entry, type Outbox } from "./outbox";
import { retryDelayMs, type Socket, SocketGone } from "./socket";
import type { WireError } from "./wire";

/** A socket that has not acknowledged within this time is passed over for HTTP, with the same `client_id`. */
const ACK_MS = 4_000;
/** Above this the packet goes by HTTP, which answers a typed 413 where a socket would only be closed. */
const SOCKET_BYTES = 48_000;
const LATE_MS = 60_000;
const TRANSIENT = new Set(["too_many", "unavailable", "internal", "error", "unauthenticated"]);

interface SenderListener {
  stored(entry: Entry, seq: number): void;
  refused(entry: Entry, error: WireError): void;
  /** Not stored after a minute, or asked to slow down; still trying. */
  late(entry: Entry, error: WireError | null): void;
}

type Outcome = { kind: "stored"; seq: number } | { kind: "refused"; error: WireError } | { kind: "again"; afterMs?: number; error?: WireError };

interface Lane {
  entries: Entry[];
  busy: boolean;
  wake: (() => void) | null;
}

export class Sender {
  #lanes = new Map<string, Lane>();
  #releases = new Map<string, () => void>();
  #stopped = false;

  readonly #outbox: Outbox;
  readonly #socket: Socket;
  readonly #api: Api;
  readonly #listener: SenderListener;

  constructor(
    outbox: Outbox,
    socket: Socket,
    api: Api,
    listener: SenderListener,
  ) {
    this.#outbox = outbox;
    this.#socket = socket;
    this.#api = api;
    this.#listener = listener;
  }

  /** Queue an entry that is in the outbox already; false when another tab is sending it. */
  async take(entry: Entry): Promise<boolean> {
    if (this.#releases.has(entry.clientId)) return false;
    const release = await claim(entry.clientId);
    if (!release || this.#releases.has(entry.clientId)) {
      release?.();
      return false;
    }
    this.#releases.set(entry.clientId, release);
    let lane = this.#lanes.get(entry.conversation);
    if (!lane) this.#lanes.set(entry.conversation, (lane = { entries: [], busy: false, wake: null }));
    lane.entries.push(entry);
    lane.entries.sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
    if (!lane.busy) void this.#work(lane);
    return true;
  }

  /** Whether this tab has the entry in hand. */
  holds(clientId: string): boolean {
    return this.#releases.has(clientId);
  }

  /** The network may be back: do not wait for the planned attempt. */
  wake(): void {
    for (const lane of this.#lanes.values()) lane.wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.wake();
    for (const release of this.#releases.values()) release();
    this.#releases.clear();
  }

  async #work(lane: Lane): Promise<void> {
    lane.busy = true;
    while (!this.#stopped && lane.entries.length) {
      const entry = lane.entries[0]!;
      const outcome = await this.#deliver(entry, lane);
      lane.entries = lane.entries.filter((each) => each !== entry);
      if (outcome?.kind === "stored") {
        this.#listener.stored(entry, outcome.seq);
        await this.#outbox.remove(entry.clientId);
      } else if (outcome?.kind === "refused") {
        const { code, message } = outcome.error;
        this.#listener.refused(entry, outcome.error);
        await this.#outbox.put({ ...entry, refused: { code, message } });
      }
      this.#releases.get(entry.clientId)?.();
      this.#releases.delete(entry.clientId);
    }
    lane.busy = false;
  }

  async #deliver(entry: Entry, lane: Lane): Promise<Exclude<Outcome, { kind: "again" }> | null> {
    const began = Date.now();
    let closed = 0;
    for (let attempt = 0; !this.#stopped; attempt++) {
      let outcome: Outcome = { kind: "again" };
      const socketFirst = closed < 2 && this.#socket.state === "open" && !tooBig(entry);
      if (socketFirst) {
        outcome = await this.#bySocket(entry).catch((error: unknown): Outcome => {
          if (!(error instanceof SocketGone)) throw error;
          if (error.reason === "closed") closed++;
          return { kind: "again" };
        });
      } else if (attempt === 0 && !tooBig(entry)) {
        await this.#pause(lane, ACK_MS, began); // a socket that is just connecting is worth a moment
        if (this.#socket.state === "open") continue;
      }
      if (outcome.kind === "again" && !outcome.error && entry.action === "send") outcome = await this.#byHttp(entry, closed >= 2);
      if (outcome.kind !== "again") return outcome;
      if (outcome.error || Date.now() - began > LATE_MS) this.#listener.late(entry, outcome.error ?? null);
      await this.#pause(lane, outcome.afterMs ?? retryDelayMs(attempt), began);
    }
    return null;
  }

  async #bySocket(entry: Entry): Promise<Outcome> {
    const ack = await this.#socket.request(entry.action, { conversation: entry.conversation, ...said(entry) }, ACK_MS);
    return ack.ok ? { kind: "stored", seq: Number(ack["seq"]) } : judged(ack.error, TRANSIENT.has(ack.error.code));
  }

  async #byHttp(entry: Entry, lastWay: boolean): Promise<Outcome> {
    try {
      const stored = await this.#api.post<{ seq: number }>(`/v1/conversations/${entry.conversation}/events`, said(entry), 15_000);
      return { kind: "stored", seq: stored.seq };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Two sockets were closed on this item and HTTP is cut too, while the network stands: the item is at fault.
      if (error.code === "network" && lastWay && this.#socket.state === "open") return { kind: "refused", error: { code: "undeliverable", message: "" } };
      if (error.code === "network") return { kind: "again" };
      return judged({ ...error.body, code: error.code, message: error.message, retry_after_s: error.retryAfterS ?? undefined }, error.transient || error.status === 401);
    }
  }

  #pause(lane: Lane, ms: number, began: number): Promise<void> {
    const untilLate = began + LATE_MS - Date.now();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        lane.wake = null;
        resolve();
      };
      const timer = setTimeout(done, untilLate > 0 ? Math.min(ms, untilLate + 1) : ms);
      lane.wake = done;
    });
  }
}

function said({ clientId, text, file, epoch, extra }: Entry): Record<string, unknown> {
  return { client_id: clientId, ...(file ? { file: file.id } : { text }), ...extra, ...(epoch === undefined ? {} : { epoch }) };
}

const tooBig = (entry: Entry): boolean => new Blob([JSON.stringify(entry.text)]).size > SOCKET_BYTES;

function judged(error: WireError, transient: boolean): Outcome {
  if (!transient) return { kind: "refused", error };
  const seconds = Number(error["retry_after_s"]);
  return seconds > 0 ? { kind: "again", afterMs: seconds * 1000, error } : { kind: "again" };
}
