/** A Socket.IO v5 client on Engine.IO v4: WebSocket first, long polling when that is blocked; text packets only. */
import type { Ack } from "./wire";

const RETRY_S = [1, 2, 4, 8, 15];
/** A socket that sends but hears nothing for this long is dead, whatever the browser says. */
const DEAF_MS = 25_000;
const OPEN_MS = 8_000;

/** 1, 2, 4, 8, 15, 15 … seconds ± 30 %, for ever. */
export function retryDelayMs(attempt: number, random: number = Math.random()): number {
  return RETRY_S[Math.min(attempt, RETRY_S.length - 1)]! * 1000 * (0.7 + 0.6 * random);
}

export class SocketGone extends Error {
  constructor(readonly reason: "closed" | "timeout") {

    super(reason);
  }
}

interface Transport {
  send(packet: string): void;
  close(): void;
}

interface Listener {
  packet(text: string): void;
  closed(): void;
}

function webSocket(url: string, listener: Listener): Transport {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}&transport=websocket`);
  socket.onmessage = (message) => typeof message.data === "string" && listener.packet(message.data);
  socket.onclose = socket.onerror = () => listener.closed();
  return { send: (packet) => socket.send(packet), close: () => socket.close() };
}

function polling(url: string, listener: Listener): Transport {
  const stop = new AbortController();
  const address = `${url}&transport=polling`;
  let session = "";
  let queue: string[] = [];
  let posting = false;
  const ask = async (body?: string): Promise<string> => {
    const init: RequestInit = { signal: stop.signal, cache: "no-store" };
    if (body !== undefined) Object.assign(init, { method: "POST", body, headers: { "Content-Type": "text/plain;charset=UTF-8" } });
    const response = await fetch(address + session, init);
    if (!response.ok) throw new Error(String(response.status));
    return response.text();
  };
  const read = async (): Promise<void> => {
    try {
      while (!stop.signal.aborted) {
        for (const packet of (await ask()).split("\x1e")) {
          if (packet[0] === "0") session = `&sid=${encodeURIComponent((JSON.parse(packet.slice(1)) as { sid: string }).sid)}`;
          listener.packet(packet);
        }
      }
    } catch {
      listener.closed();
    }
  };
  const write = async (): Promise<void> => {
    if (posting) return;
    posting = true;
    try {
      while (queue.length) {
        const batch = queue;
        queue = [];
        await ask(batch.join("\x1e"));
      }
    } catch {
      listener.closed();
    }
    posting = false;
  };
  void read();
  return {
    send: (packet) => (queue.push(packet), void write()),
    close: () => stop.abort(),
  };
}

export type SocketState = "closed" | "waiting" | "connecting" | "open" | "refused";

interface SocketOptions {
  namespace: string;
  auth: () => Record<string, unknown>;
  /** Told of each change; `refused` carries the server's code (`expired`, `revoked`, `banned`, `invalid`). */
  onState: (state: SocketState, code?: string) => void;
  onEvent: (name: string, data: unknown) => void;
  /** Where the server is; the page's own origin unless set. */
  origin?: string;
}

interface Waiter {
  resolve: (ack: Ack) => void;
  reject: (error: SocketGone) => void;
  timer: ReturnType<typeof setTimeout>;
}

const REFUSALS = new Set(["expired", "revoked", "banned", "invalid"]);

export class Socket {
  state: SocketState = "closed";
  /** When the next attempt is due; a banner counts down to it. */
  retryAtMs: number | null = null;
  #transport: Transport | null = null;
  #turn = 0;
  #attempt = 0;
  #heard = false;
  #polls = false;
  #nextAck = 0;
  #waiters = new Map<number, Waiter>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #deaf: ReturnType<typeof setTimeout> | undefined;
  #patienceMs = 60_000;

  readonly #options: SocketOptions;

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  /** Connect now, also when a later attempt is planned; nothing happens while connected or connecting. */
  open(): void {
    if (this.state === "open" || this.state === "connecting") return;
    this.#connect();
  }

  /** The system says that the network is gone: believe it, but go on trying. */
  suspect(): void {
    if (this.state === "open" || this.state === "connecting") this.#lost();
  }

  /** Close and stay closed until `open`. */
  close(): void {
    this.#drop();
    this.#become("closed");
  }

  /** Send and wait for the answer; rejects with `SocketGone` when it cannot come. */
  request(name: string, data: unknown, timeoutMs = 10_000): Promise<Ack> {
    return new Promise((resolve, reject) => {
      if (this.state !== "open" || !this.#transport) return reject(new SocketGone("closed"));
      const id = this.#nextAck++;
      const timer = setTimeout(() => {
        this.#waiters.delete(id);
        reject(new SocketGone("timeout"));
      }, timeoutMs);
      this.#waiters.set(id, { resolve, reject, timer });
      this.#message(`2${this.#prefix}${id}${JSON.stringify([name, data])}`);
    });
  }

  get #prefix(): string {
    return `${this.#options.namespace},`;
  }

  #connect(): void {
    this.#drop();
    const turn = this.#turn;
    const current = (): boolean => turn === this.#turn;
    this.#heard = false;
    this.#become("connecting");
    const url = `${this.#options.origin ?? location.origin}/socket.io/?EIO=4&t=${Date.now().toString(36)}`;
    const listener: Listener = {
      packet: (text) => current() && this.#hear(text),
      closed: () => current() && this.#lost(),
    };
    this.#timer = setTimeout(() => this.#lost(), OPEN_MS);
    try {
      this.#transport = (this.#polls ? polling : webSocket)(url, listener);
    } catch {
      this.#lost();
    }
  }

  #message(packet: string): void {
    this.#transport?.send(`4${packet}`);
    this.#deaf ??= setTimeout(() => this.#lost(), DEAF_MS);
  }

  #hear(text: string): void {
    clearTimeout(this.#deaf);
    this.#deaf = undefined;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), this.#patienceMs);
    switch (text[0]) {
      case "0": {
        const { pingInterval, pingTimeout } = JSON.parse(text.slice(1)) as { pingInterval: number; pingTimeout: number };
        this.#patienceMs = pingInterval + pingTimeout;
        this.#heard = true;
        this.#message(`0${this.#prefix}${JSON.stringify(this.#options.auth())}`);
        break;
      }
      case "1":
        this.#lost();
        break;
      case "2":
        this.#transport?.send(`3${text.slice(1)}`);
        break;
      case "4":
        this.#receive(text.slice(1));
    }
  }

  #receive(packet: string): void {
    const parts = /^(\d)(?:(\/[^,]*),)?(\d*)([\s\S]*)$/.exec(packet);
    if (!parts || (parts[2] ?? "/") !== this.#options.namespace) return;
    const data: unknown = parts[4] ? JSON.parse(parts[4]) : undefined;
    switch (parts[1]) {
      case "0":
        clearTimeout(this.#timer);
        this.#attempt = 0;
        this.#become("open");
        break;
      case "1":
        this.#lost();
        break;
      case "2": {
        const [name, value] = data as [string, unknown];
        this.#options.onEvent(name, value);
        break;
      }
      case "3": {
        const waiter = this.#waiters.get(Number(parts[3]));
        this.#waiters.delete(Number(parts[3]));
        if (!waiter) break;
        clearTimeout(waiter.timer);
        waiter.resolve((data as [Ack])[0]);
        break;
      }
      case "4": {
        const refusal = data as { code?: string; message?: string; data?: { code?: string } };
        const code = refusal.data?.code ?? refusal.code ?? refusal.message ?? "";
        if (!REFUSALS.has(code)) return this.#lost();
        this.#drop();
        this.#become("refused", code);
      }
    }
  }

  #lost(): void {
    if (this.state === "connecting" && !this.#heard) this.#polls = !this.#polls; // blocked on the way: try the other
    this.#drop();
    const delay = retryDelayMs(this.#attempt++);
    this.retryAtMs = Date.now() + delay;
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#become("waiting");
  }

  #drop(): void {
    this.#turn++;
    for (const timer of [this.#timer, this.#silence, this.#deaf]) clearTimeout(timer);
    this.#deaf = undefined;
    this.retryAtMs = null;
    const transport = this.#transport;
    this.#transport = null;
    transport?.close();
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const { reject, timer } of waiters) {
      clearTimeout(timer);
      reject(new SocketGone("closed"));
    }
  }

  #become(state: SocketState, code?: string): void {
    if (state === this.state && code === undefined) return;
    this.state = state;
    this.#options.onState(state, code);
  }
}
