/** The files that wait to be brought: one after another, so that they are said in the order they were chosen. */
import { type Api, ApiError } from "./api";
import { claim, type Entry } from "./outbox";
import { upload } from "./upload";
import type { WireError } from "./wire";

interface UploadsListener {
  progress(entry: Entry, sent: number): void;
  /** All of it is on the server, under this identifier. */
  arrived(entry: Entry, id: string): Promise<void>;
  refused(entry: Entry, error: WireError): void;
  /** The line is broken, or the server asks for patience; still trying. */
  late(entry: Entry, error: WireError | null): void;
}

interface Held {
  entry: Entry;
  release: () => void;
  stop: AbortController;
  /** The server's name of it. */
  id: string | null;
}

export class Uploads {
  #held = new Map<string, Held>();
  #busy = false;

  readonly #api: Api;
  readonly #listener: UploadsListener;

  constructor(api: Api, listener: UploadsListener) {
    this.#api = api;
    this.#listener = listener;
  }

  /** Queue a file; false when another tab brings it. */
  async take(entry: Entry): Promise<boolean> {
    if (this.#held.has(entry.clientId)) return false;
    const release = await claim(`upload:${entry.clientId}`);
    if (!release || this.#held.has(entry.clientId)) {
      release?.();
      return false;
    }
    this.#held.set(entry.clientId, { entry, release, stop: new AbortController(), id: null });
    if (!this.#busy) void this.#work();
    return true;
  }

  holds(clientId: string): boolean {
    return this.#held.has(clientId);
  }

  /** Give a file up, here and on the server. */
  cancel(clientId: string): void {
    const id = this.#held.get(clientId)?.id;
    this.#drop(clientId);
    // Left alone, what the server has of it would go after a day.
    if (id) void this.#api.delete(`/v1/files/${id}`).catch(() => undefined);
  }

  /** The page goes away; the next one brings the rest. */
  stop(): void {
    for (const clientId of [...this.#held.keys()]) this.#drop(clientId);
  }

  #drop(clientId: string): void {
    const held = this.#held.get(clientId);
    this.#held.delete(clientId);
    held?.stop.abort();
    held?.release();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let held = this.#next(); held; held = this.#next()) {
      await this.#bring(held).catch((error: unknown) => this.#failed(held!, error));
      this.#drop(held.entry.clientId);
    }
    this.#busy = false;
  }

  #next(): Held | undefined {
    return this.#held.values().next().value;
  }

  async #bring(held: Held): Promise<void> {
    const { entry, stop } = held;
    const { name, data } = entry.file!;
    const file = await upload({
      api: this.#api,
      key: entry.clientId,
      name,
      data,
      signal: stop.signal,
      onProgress: (sent, id) => {
        held.id = id;
        this.#listener.progress(entry, sent);
      },
      onTrouble: ({ code, message }) => this.#listener.late(entry, message ? { code, message } : null),
    });
    await this.#listener.arrived(entry, file.id);
  }

  #failed(held: Held, error: unknown): void {
    if (held.stop.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    this.#listener.refused(held.entry, { code: error.code, message: error.message });
  }
}
