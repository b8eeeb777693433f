/** Alarms of visitors who have waited for too long: louder than the first news of them, and wherever one is in Wave. */
import type { ConversationClient } from "../shared/client";
import { nt, t } from "../shared/i18n";
import { chime } from "../shared/sound";
import { go } from "../kit/route";
import { toast } from "../kit/toasts";
import { claim, notifyDesktop } from "./alerts";
import type { Inquiries, Waiting } from "./inquiries";
import { undisturbed } from "./undisturbed";

const AGAIN_MS = 700;

interface Alarm {
  conversation: string;
  waiting_ms: number;
}

export function followAlarms(client: ConversationClient, waiting: () => Inquiries, accept: (inquiry: Waiting) => Promise<void>): void {
  async function alarm({ conversation, waiting_ms }: Alarm): Promise<void> {
    if (await undisturbed(client.api)) return;
    const inquiry = waiting().find((each) => each.conversation === conversation);
    if (!inquiry) return;
    const title = t("{name} still waits for an answer", { name: inquiry.visitor.name });
    const text = nt("Waiting for {n} minute", "Waiting for {n} minutes", Math.max(1, Math.floor(waiting_ms / 60_000)));
    toast({ key: `inquiry ${conversation}`, tone: "danger", title, text, stay_ms: null, action: { label: t("Accept"), run: () => void accept(inquiry) } });
    if (!claim(`alarm ${conversation} ${waiting_ms}`)) return;
    chime();
    setTimeout(chime, AGAIN_MS);
    notifyDesktop(title, text, `engage inquiry ${conversation}`, () => go("live-chat", conversation));
  }
  client.on<Alarm>("inquiry_alarm", (told) => void alarm(told));
}
