/** Records of live chats, in people's words: pure. */
import { nt, t } from "../shared/i18n";
import type { WireEvent } from "../shared/wire";

export interface Named {
  id: string;
  name: string;
}

export interface ChatRecord {
  id: string;
  number: number;
  livechat: Named;
  visitor: Named & { email: string; phone: string; language: string; address: string; user_agent: string };
  agent: Named | null;
  state: string;
  queued_at: string;
  accepted_at: string | null;
  ended_at: string | null;
  end_reason: string;
  waited_s: number | null;
  handled_s: number | null;
  rating: number | null;
  disposition: string;
  tags: string[];
  page_url: string;
}

export interface RecordDetails extends ChatRecord {
  consent: { at: string; text: string; text_hash: string } | null;
  calls: { id: string; started_at: string; talk_s: number; disposition: string; answered_by: string; recordings: string[] }[];
  /** Whoever looks may keep a transcript. */
  exportable: boolean;
  /** They take or took part in it, or see everything. */
  mine: boolean;
}

export interface Said {
  events: WireEvent[];
  more: boolean;
  state: string;
}

export const STATES = ["waiting", "active", "transferring", "ended", "missed", "offline"] as const;

export function stateOf(state: string): { tone: "good" | "busy" | "warn" | "bad" | "calm"; words: string } {
  switch (state) {
    case "waiting":
      return { tone: "warn", words: t("Waiting") };
    case "active":
      return { tone: "good", words: t("Active") };
    case "transferring":
      return { tone: "busy", words: t("On offer to somebody else") };
    case "missed":
      return { tone: "bad", words: t("Missed") };
    case "offline":
      return { tone: "calm", words: t("Message left") };
    default:
      return { tone: "calm", words: t("Ended") };
  }
}

export const isRunning = (state: string): boolean => state === "waiting" || state === "active" || state === "transferring";

export const stars = (rating: number | null): string => (rating === null ? "–" : nt("{n} star", "{n} stars", rating));
