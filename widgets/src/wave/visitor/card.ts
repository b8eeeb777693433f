/** What the server tells of a visitor and of what was before, and the words for it. */
import { t } from "../../shared/i18n";
import { clockIn } from "../../shared/time";
import type { Outcome } from "./OutcomeForm";

export interface Card {
  visitor: {
    id: string;
    name: string;
    full_name: string;
    email: string;
    phone: string;
    language: string;
    user_agent: string;
    address: string;
    first_seen: string;
    last_seen: string;
    visits: number;
    here: boolean;
    subject: string;
  };
  inquiry: { number: number; page_url: string; page_title: string; referrer: string; time_zone: string; answers: readonly Answer[]; queued_at: string; accepted_at: string | null; end_reason: string; rating: number | null };
  consent: { at: string; text_hash: string } | null;
  livechat: { id: string; name: string; calls: boolean };
  /** What is asked for about the visitor, or holds. */
  ban: { id: string; state: "asked" | "banned" } | null;
  may_ban: boolean;
}

/** To one of the live chat's own questions; `yes` to a checkbox. */
export interface Answer {
  label: string;
  value: string;
  kind: "text" | "select" | "checkbox";
}

/** As agents read it: only a checkbox has no words of the visitor's or the administrator's. */
export const answerWords = ({ kind, value }: Answer): string => (kind === "checkbox" ? t("Yes") : value);

export type Entry = PastChatEntry | PastCallEntry;

export interface PastChatEntry {
  kind: "chat";
  at: string;
  by: "visitor" | "email" | "phone";
  conversation: string;
  number: number;
  livechat: string;
  state: string;
  agent: string;
  rating: number | null;
  outcome: Outcome | null;
}

interface PastCallEntry {
  kind: "call";
  at: string;
  by: "conversation" | "phone";
  id: string;
  direction: string;
  disposition: string;
  talk_s: number;
  agent: string;
  number: string;
}

export const cardPath = (conversation: string): string => `/v1/conversations/${conversation}/visitor`;
export const timelinePath = (conversation: string): string => `/v1/conversations/${conversation}/timeline`;

/** By what somebody is taken for the same person; their browser alone is sure. */
export function knownBy(by: Entry["by"]): string {
  switch (by) {
    case "email":
      return t("Same email");
    case "phone":
      return t("Same phone number");
    default:
      return "";
  }
}

export function chatWords({ state }: PastChatEntry): string {
  switch (state) {
    case "missed":
      return t("Missed");
    case "offline":
      return t("Message left");
    case "ended":
      return t("Chat");
    default:
      return t("Running chat");
  }
}

export function callWords({ direction, disposition }: PastCallEntry): string {
  if (disposition !== "answered") return direction === "outbound" ? t("Call not answered") : t("Missed call");
  return direction === "outbound" ? t("Call to them") : t("Call from them");
}

/** `Europe/Lisbon, 14:05`: what time it is where the visitor is. */
export function timeThere(zone: string, nowMs: number): string {
  try {
    return t("{zone}, {time}", { zone: zone.replace(/_/g, " "), time: clockIn(zone, nowMs) });
  } catch {
    return zone; // a zone that this browser does not know
  }
}
