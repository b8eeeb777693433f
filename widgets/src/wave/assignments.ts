/** Chats that were given to this agent: opened at once, and theirs for good as soon as somebody is seen to be at the desk. */
import type { ConversationClient } from "../shared/client";
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
  react_ms: number;
}

const key = (conversation: string): string => `assigned ${conversation}`;

export class Assignments {
  /** Those not yet reacted to. */
  #waiting = new Set<string>();
  #inSight: string | null = null;
  #byItself: string | null = null;

  constructor(private readonly client: ConversationClient) {
    client.on<Assigned>("chat_assigned", (assigned) => void this.#given(assigned));
    client.on<{ conversation: string }>("conversation_gone", ({ conversation }) => this.#settled(conversation));
    // A chat that opened by itself was seen when somebody does something with it in sight.
    for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, this.#touched, { capture: true, passive: true });
  }

  stop(): void {
    for (const gesture of ["pointerdown", "keydown"]) document.removeEventListener(gesture, this.#touched, { capture: true });
  }

  /** The conversation on the screen now. */
  look(conversation: string | null): void {
    this.#inSight = conversation;
    if (conversation !== null && conversation !== this.#byItself) this.#react(conversation);
    this.#byItself = null;
  }

  async #given({ conversation, livechat, visitor, react_ms }: Assigned): Promise<void> {
    this.#waiting.add(conversation);
    if (await undisturbed(this.client.api)) return;
    if (!this.#waiting.has(conversation)) return; // found by oneself, or gone
    const title = t("{name} is assigned to you", { name: visitor });
    const open = (): void => {
      this.#react(conversation);
      go("live-chat", conversation);
    };
    toast({ key: key(conversation), title, text: livechat.name, stay_ms: react_ms, action: { label: t("Open"), run: open } });
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

  #react(conversation: string): void {
    if (!this.#waiting.has(conversation)) return;
    this.#settled(conversation);
    void this.client.request("assignment_seen", { conversation }).then(({ ok }) => {
      if (!ok) this.#waiting.add(conversation); // the next gesture tries again
    });
  }

  #settled(conversation: string): void {
    this.#waiting.delete(conversation);
    dismissKey(key(conversation));
  }
}
