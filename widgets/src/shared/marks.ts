/** What has been seen, told to the server: delivered as it comes, read while the newest line is in sight. */
import { type Conversation, type Input, isMine } from "./conversation";
import type { Me } from "./wire";

const WATERMARK_MS = 500;

interface Host {
  me: Me;
  conversation: (id: string) => Conversation | undefined;
  put: (id: string, input: Input) => void;
  /** Does it once after so long, however often it is asked for meanwhile. */
  later: (name: string, ms: number, work: () => void) => void;
  /** Says it to the server; whether it was taken. */
  tell: (name: "delivered" | "read", id: string, seq: number) => Promise<boolean>;
}

export class Marks {
  readonly #host: Host;
  readonly #attended = new Set<string>();
  readonly #told = new Map<string, { delivered: number; read: number }>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Those whose newest line is in sight. */
  get attended(): ReadonlySet<string> {
    return this.#attended;
  }

  /** The newest line is in sight, or no longer. */
  attend(id: string, inSight: boolean): void {
    if (inSight) this.#attended.add(id);
    else this.#attended.delete(id);
    this.read();
  }

  /** It is no longer this reader's. */
  forget(id: string): void {
    this.#attended.delete(id);
  }

  /** Something may have come: what is new is told soon. */
  delivered(conversation: Conversation): void {
    const seq = this.#newestOfOthers(conversation);
    if (seq > (conversation.watermarks[this.#host.me.who]?.delivered ?? 0)) this.tellSoon(conversation.id);
  }

  /** What is in sight is read while the page is visible and focused. */
  read(): void {
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    const { who } = this.#host.me;
    for (const id of this.#attended) {
      const conversation = this.#host.conversation(id);
      const seq = conversation ? this.#newestOfOthers(conversation) : 0;
      if (!conversation || seq <= (conversation.watermarks[who]?.read ?? 0)) continue;
      this.#host.put(id, { type: "watermark", watermark: { who, delivered: seq, read: seq } });
      this.tellSoon(id);
    }
  }

  tellSoon(id: string): void {
    this.#host.later(`mark ${id}`, WATERMARK_MS, () => void this.#tell(id));
  }

  async #tell(id: string): Promise<void> {
    const conversation = this.#host.conversation(id);
    if (!conversation) return;
    const read = conversation.watermarks[this.#host.me.who]?.read ?? 0;
    const delivered = this.#newestOfOthers(conversation);
    const told = this.#told.get(id) ?? { delivered: 0, read: 0 };
    if (delivered > Math.max(told.delivered, read) && (await this.#host.tell("delivered", id, delivered))) told.delivered = delivered;
    if (read > told.read && (await this.#host.tell("read", id, read))) told.read = read;
    this.#told.set(id, told);
  }

  #newestOfOthers(conversation: Conversation): number {
    for (let index = conversation.events.length - 1; index >= 0; index--) {
      const event = conversation.events[index]!;
      if (!isMine(event.author, this.#host.me)) return event.seq;
    }
    return 0;
  }
}
