/** The own queues as the server has them; asked anew when it says that they moved. */
import { type Api, ApiError } from "../../shared/api";
import { tellParked } from "../../kit/parked";
import { notDone } from "../../kit/refusal";
import type { OwnBoards } from "../calls/queue-desk";

const PATH = "/v1/me/queue-board";
/** However fast news come, this often is enough for the eye. */
const APART_MS = 1_000;
/** Whether a phone is there is no news of the queues. */
const AGAIN_MS = 15_000;

export interface Change {
  change: "log_in" | "log_out" | "take_break" | "end_break" | "ready" | "extend" | "free";
  queues?: string[];
  reason?: string;
  by_s?: number;
}

export class OwnQueues {
  boards: OwnBoards | null = null;
  /** How far this page's clock is ahead of the server's. */
  ahead_ms = 0;

  #watchers = new Set<() => void>();
  #turn = 0;
  #loaded_ms = 0;
  /** Something moved while nobody looked. */
  #missed = false;
  #soon: ReturnType<typeof setTimeout> | null = null;
  #stops: (() => void)[] = [];

  /** `changed` is called when one's own duty was changed here: others may be taken now, or none. */
  constructor(
    private readonly api: Api,
    private readonly changed: () => void,
  ) {}

  /** `hear` tells each time that something moved. */
  start(hear: (moved: () => void) => () => void): void {
    const timer = setInterval(() => this.#due(), AGAIN_MS);
    const seen = (): void => this.#due();
    document.addEventListener("visibilitychange", seen);
    this.#stops = [hear(() => this.#moved()), () => clearInterval(timer), () => document.removeEventListener("visibilitychange", seen)];
    void this.load();
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#soon = null;
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  snapshot = (): OwnBoards | null => this.boards;

  async load(): Promise<void> {
    const own = ++this.#turn;
    this.#loaded_ms = Date.now();
    this.#missed = false;
    try {
      const boards = await this.api.get<OwnBoards>(PATH);
      if (own !== this.#turn) return; // a newer question is on its way
      this.ahead_ms = Date.now() - Date.parse(boards.at);
      this.boards = boards;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // what was known stays until the server is back
    }
    for (const watcher of this.#watchers) watcher();
  }

  /** About oneself, or as a chairman about `agent`. */
  async change(change: Change, agent?: string): Promise<void> {
    if (agent !== undefined) {
      await this.act("post", `/agents/${encodeURIComponent(agent)}/duty`, change);
      return;
    }
    await this.#do(() => this.api.post("/v1/me/duty", change));
    this.changed();
  }

  /** As a chairman, about something of the board; answers whether it was done. */
  act(method: "post" | "patch" | "delete", path: string, body: object = {}): Promise<boolean> {
    return this.#do(() => (method === "delete" ? this.api.delete(PATH + path) : this.api[method](PATH + path, body)));
  }

  /** As a chairman, who is told where the caller waits then. */
  async park(path: string, whom: string): Promise<void> {
    await this.#do(async () => {
      const { slot } = await this.api.post<{ slot: string }>(`${PATH}${path}/park`, {});
      tellParked(whom, slot);
    });
  }

  async #do(what: () => Promise<unknown>): Promise<boolean> {
    let done = false;
    try {
      await what();
      done = true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    await this.load();
    return done;
  }

  /** Who serves no queue is asked about seldom; who looks away, not at all. */
  #due(): void {
    if (!document.hidden && (this.#missed || this.boards?.items.length !== 0)) void this.load();
  }

  #moved(): void {
    this.#missed = document.hidden; // whoever looks again asks then
    if (document.hidden || this.#soon !== null) return;
    const wait_ms = Math.max(0, this.#loaded_ms + APART_MS - Date.now());
    this.#soon = setTimeout(() => {
      this.#soon = null;
      void this.load();
    }, wait_ms);
  }
}
