/** Colleagues who ask this agent into a visitor's chat: for a minute, and nothing happens unless it is accepted. */
import type { ConversationClient } from "../shared/client";
import { t } from "../shared/i18n";
import { chime } from "../shared/sound";
import type { Summary } from "../shared/wire";
import { go } from "../kit/route";
import { dismissKey, toast } from "../kit/toasts";
import { claim, notifyDesktop } from "./alerts";
import { undisturbed } from "./undisturbed";

interface Invitation {
  conversation: string;
  by: { id: string; name: string };
  visitor: string;
  left_ms: number;
}

/** So long an invitation lasts. */
const LASTS_MS = 60_000;

const key = (conversation: string): string => `invited ${conversation}`;

export function followInvitations(client: ConversationClient): void {
  async function accept(conversation: string): Promise<void> {
    const ack = await client.request("invite_accept", { conversation });
    if (!ack.ok) {
      const over = ack.error.code === "not_found";
      toast({ tone: "danger", title: t("This could not be done"), text: over ? t("The invitation is over.") : ack.error.message || t("Please try again.") });
      return;
    }
    client.take(ack["conversation"] as Summary);
    go("live-chat", conversation);
  }

  async function invited({ conversation, by, visitor, left_ms }: Invitation): Promise<void> {
    const title = t("{name} invites you to a visitor's chat", { name: by.name });
    toast({ key: key(conversation), title, text: visitor, stay_ms: left_ms, action: { label: t("Accept"), run: () => void accept(conversation) } });
    if (!claim(`${key(conversation)} until ${Math.round((Date.now() + left_ms) / LASTS_MS)}`)) return; // in one window
    if (await undisturbed(client.api)) return; // whoever asked was told that they are: it shows, in silence
    chime();
    notifyDesktop(title, visitor, `engage ${conversation}`, () => go("live-chat"));
  }

  /** What was asked while this window was not there. */
  async function ask(): Promise<void> {
    const ack = await client.request("invitations", {});
    if (ack.ok) for (const each of ack["invitations"] as Invitation[]) void invited(each);
  }

  client.on("hello", () => void ask());
  client.on<Invitation>("chat_invited", (told) => void invited(told));
  client.on<{ conversation: string }>("invitation_settled", ({ conversation }) => dismissKey(key(conversation)));
}
