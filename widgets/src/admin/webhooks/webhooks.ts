import { t } from "../../shared/i18n";
import type { Tone } from "../../kit/State";

export interface Webhook {
  id: string;
  name: string;
  url: string;
  events: string[];
  enabled: boolean;
  failures: number;
  failing_since: string | null;
  /** Why the server switched it off: `gone`, `failing`. */
  disabled_reason: string;
  waiting: number;
  failed: number;
  created_at: string;
}

export interface Delivery {
  id: string;
  type: string;
  conversation: string | null;
  state: "waiting" | "sent" | "failed";
  tries: number;
  created_at: string;
  due_at: string | null;
  status: number | null;
  error: string;
}

interface Attempt {
  at: string;
  took_ms: number;
  status: number | null;
  error: string;
  response: string;
}

export interface DeliveryDetails extends Delivery {
  url: string;
  headers: Record<string, string>;
  payload: unknown;
  attempts: Attempt[];
}

export const PATH = "/v1/webhooks";
export const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

export function stateOf(webhook: Webhook): { tone: Tone; words: string } {
  if (!webhook.enabled && webhook.disabled_reason === "gone") return { tone: "bad", words: t("Switched off: it said that it is gone") };
  if (!webhook.enabled && webhook.disabled_reason) return { tone: "bad", words: t("Switched off: it took nothing for days") };
  if (!webhook.enabled) return { tone: "calm", words: t("Disabled") };
  if (webhook.failing_since) return { tone: "warn", words: t("Failing") };
  return { tone: "good", words: t("Enabled") };
}

export function deliveryState(state: Delivery["state"]): { tone: Tone; words: string } {
  if (state === "sent") return { tone: "good", words: t("Delivered") };
  if (state === "failed") return { tone: "bad", words: t("Failed") };
  return { tone: "busy", words: t("Waiting") };
}

export function answerWords({ status, error }: { status: number | null; error: string }): string {
  if (status !== null) return String(status);
  if (error === "address_forbidden") return t("The address is inside a network that is not allowed");
  if (error === "TimeoutError") return t("No answer in time");
  return error ? t("Not reached") : "–";
}
