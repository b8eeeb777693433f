/** Messages left while nobody could be asked: pure rules over what the server tells. */
import { t } from "../shared/i18n";

export interface LeftMessage {
  conversation: string;
  number: number;
  livechat: { id: string; name: string };
  visitor: { id: string; name: string; email: string; phone: string; language: string };
  page_url: string;
  at: string;
  text: string;
  answered_at: string | null;
  answered_by: string;
}

/** Who waits for an answer first, then the newest. */
export function inOrder(messages: readonly LeftMessage[]): LeftMessage[] {
  return [...messages].sort((a, b) => Number(a.answered_at !== null) - Number(b.answered_at !== null) || b.number - a.number);
}

/** With what the server tells about them; a later word of the same message replaces the earlier one. */
export function withNews(messages: readonly LeftMessage[], news: readonly LeftMessage[]): LeftMessage[] {
  const named = new Set(news.map((each) => each.conversation));
  return inOrder([...messages.filter((each) => !named.has(each.conversation)), ...news]);
}

/** A mail that answers: to the visitor, about their message, which it quotes (RFC 6068). */
export function mailto({ visitor, livechat, number, text }: LeftMessage): string {
  const subject = t("Your message to {name} (#{number})", { name: livechat.name, number });
  const quoted = text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\r\n");
  const address = encodeURIComponent(visitor.email).replace("%40", "@");
  return `mailto:${address}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(`\r\n\r\n${quoted.slice(0, 1500)}`)}`;
}
