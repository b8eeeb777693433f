/** Chats that were given to this agent: opened at once, and theirs for good as soon as somebody is seen to be at the desk. */
import type { ConversationClient } from "../shared/client";
import { countdown } from "../shared/countdown";
import { t } from "../shared/i18n";
import { chime } from "../shared/sound";
import { go } from "../kit/route";
import { dismissKey, toast } from "../kit/toasts";
import { claim, notifyDesktop } from "./alerts";
import { isOccupied } from "./occupied";
import { undisturbed } from "./undisturbed";

interface Assigned {
  conversation: string;
  livechat: { id: string; name: string };
  visitor: string;
  /** How long it stays unless the agent reacts, and how long that is from its beginning. */
  react_ms: number;
  within_ms: number;
}

/** One that the agent has not reacted to; it goes on at `until_ms`, by this clock. */
export interface Given {
  conversation: string;
  livechat: string;
  visitor: string;
  since_ms: number;
  until_ms: number;
}

const key = (conversation: string): string => `assigned ${conversation}`;

export class Assignments {
  /** Those not yet reacted to. */
  #waiting = new Map<string, Given>();
  /** Those of which the server is being told that they were. */
  #reported = new Set<string>();
  #inSight: string | null = null;
  #byItself: string | null = null;

  constructor(
    private readonly client: ConversationClient,
    private readonly changed: () => void,
  ) {
    client.on("hello", () => void this.#ask());
    client.on<Assigned>("chat_assigned", (assigned) => void this.#given(assigned));
    for (const over of ["assignment_settled", "conversation_gone"]) client.on<{ conversation: string }>(over, ({ conversation }) => this.#settled(conversation));
    // A chat that opened by itself was seen when somebody does something with it in sight.
    for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, this.#touched, { capture: true, passive: true });
  }

  stop(): void {
    for (const gesture of ["pointerdown", "keydown"]) document.removeEventListener(gesture, this.#touched, { capture: true });
  }

  /** Those that still run, the next to go on first. */
  list(): Given[] {
    const running = [...this.#waiting.values()].filter(({ conversation }) => this.client.get(conversation)?.state === "active");
    return running.sort((a, b) => a.until_ms - b.until_ms);
  }

  /** The conversation on the screen now. */
  look(conversation: string | null): void {
    this.#inSight = conversation;
    if (conversation !== null && conversation !== this.#byItself) this.#react(conversation);
    this.#byItself = null;
  }

  /** What was given while nobody was connected, or to a window before this one. */
  async #ask(): Promise<void> {
    const asked_ms = Date.now();
    const ack = await this.client.request("assignments", {});
    if (!ack.ok) return;
    // What is given while the answer is on its way may not be in it.
    for (const [conversation, { since_ms }] of this.#waiting) if (since_ms < asked_ms) this.#waiting.delete(conversation);
    for (const assigned of ack["assignments"] as Assigned[]) this.#keep(assigned);
    this.changed();
  }

  #keep({ conversation, livechat, visitor, react_ms, within_ms }: Assigned): void {
    const until_ms = Date.now() + react_ms;
    this.#waiting.set(conversation, { conversation, livechat: livechat.name, visitor, since_ms: until_ms - within_ms, until_ms });
  }

  async #given(assigned: Assigned): Promise<void> {
    const { conversation, livechat, visitor, react_ms } = assigned;
    this.#keep(assigned);
    this.changed();
    if (await undisturbed(this.client.api)) return;
    if (!this.#waiting.has(conversation)) return; // found by oneself, or gone
    const title = t("{name} is assigned to you", { name: visitor });
    const open = (): void => {
      this.#react(conversation);
      go("live-chat", conversation);
    };
    const text = t("{livechat}: open or answer it within {span}", { livechat: livechat.name, span: countdown(react_ms) });
    toast({ key: key(conversation), title, text, stay_ms: react_ms, action: { label: t("Open"), run: open } });
    // Nobody is torn from a chat, nor from what they write or answer: their next keys would go to the visitor.
    if (this.#inSight === null && !isOccupied(document)) {
      this.#byItself = conversation;
      go("live-chat", conversation);
    }
    if (!claim(key(conversation) + Math.floor(Date.now() / react_ms))) return;
    chime();
    notifyDesktop(title, livechat.name, `engage ${conversation}`, open);
  }

  #touched = (): void => {
    if (this.#inSight !== null) this.#react(this.#inSight);
  };

  /** The countdown goes on until the server knows: a page that is left before has settled nothing. */
  #react(conversation: string): void {
    if (!this.#waiting.has(conversation) || this.#reported.has(conversation)) return;
    this.#reported.add(conversation);
    dismissKey(key(conversation));
    void this.client.request("assignment_seen", { conversation }).then(({ ok }) => {
      this.#reported.delete(conversation);
      if (ok) this.#settled(conversation); // else the next gesture tries again
    });
  }

  #settled(conversation: string): void {
    dismissKey(key(conversation));
    if (this.#waiting.delete(conversation)) this.changed();
  }
}
