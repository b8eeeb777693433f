/** What came while nobody listened is asked for page by page, until nothing is missing. */
import { type Api, ApiError } from "./api";
import { type Conversation, type Input, isBehind } from "./conversation";
import type { Ack, Page } from "./wire";

const PAGE = 200;

interface Host {
  api: Api;
  conversation: (id: string) => Conversation | undefined;
  followed: (id: string) => boolean;
  put: (id: string, input: Input) => void;
  /** Does it once after so long, however often it is asked for meanwhile. */
  later: (name: string, ms: number, work: () => void) => void;
  /** Asks over the socket; null where there is none that is open. */
  resume: (id: string, after: number) => Promise<Ack | null>;
}

export class CatchingUp {
  readonly #host: Host;
  readonly #asking = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  askIfBehind(id: string): void {
    const conversation = this.#host.conversation(id);
    if (conversation && this.#host.followed(id) && (isBehind(conversation) || !conversation.loaded)) void this.ask(id);
  }

  /** Ask until all is there; `overHttp` when the socket is not to be trusted. */
  async ask(id: string, overHttp = false): Promise<void> {
    if (this.#asking.has(id)) return;
    this.#asking.add(id);
    let failed = false;
    try {
      for (let more = true; more; ) more = await this.#askPage(id, overHttp);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failed = error.transient;
    } finally {
      this.#asking.delete(id);
    }
    const conversation = this.#host.conversation(id);
    if (conversation && (failed || isBehind(conversation))) this.#host.later(`ask ${id}`, failed ? 4_000 : 250, () => this.askIfBehind(id));
  }

  /** What lies between is gone on the server: begin again with the newest page. */
  restart(id: string, head: number): void {
    this.#host.put(id, { type: "restarted", after: Math.max(0, head - PAGE) });
  }

  async #askPage(id: string, overHttp: boolean): Promise<boolean> {
    const from = this.#host.conversation(id)?.last ?? 0;
    const answer = await this.#page(id, from, overHttp);
    if ("too_far" in answer) {
      this.restart(id, answer.head);
      return true;
    }
    this.#host.put(id, { type: "page", after: from, page: answer });
    return answer.more && (this.#host.conversation(id)?.last ?? 0) > from;
  }

  async #page(id: string, from: number, overHttp: boolean): Promise<Page | { too_far: true; head: number }> {
    const ack = overHttp ? null : await this.#host.resume(id, from);
    if (ack?.ok) return ack as unknown as Page;
    if (ack?.error.code === "too_far") return { too_far: true, head: Number(ack.error["head"] ?? 0) };
    try {
      return await this.#host.api.get<Page>(`/v1/conversations/${id}/events?after=${from}&limit=${PAGE}`, 8_000);
    } catch (error) {
      if (error instanceof ApiError && error.code === "too_far") return { too_far: true, head: Number(error.body?.["head"] ?? 0) };
      throw error;
    }
  }
}
