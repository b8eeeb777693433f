/** A registered phone as the server tells of it, and its state in people's words: pure. */
import { t } from "../../shared/i18n";

export interface Phone {
  contact: string;
  user_agent: string;
  address: string;
  source: string;
  transport: string;
  lost: boolean;
  /** Null: it was not asked yet. */
  reachable: boolean | null;
  round_trip_ms: number | null;
}

export function stateOf(phone: Phone): { tone: "good" | "calm" | "bad"; words: string } {
  if (phone.lost) return { tone: "bad", words: t("Connection lost") };
  if (phone.reachable === null) return { tone: "calm", words: t("Registered") };
  return phone.reachable ? { tone: "good", words: t("Reachable") } : { tone: "bad", words: t("Unreachable") };
}
