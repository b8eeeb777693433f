/** What the server tells of emails: shapes and words. */
import { t } from "../../shared/i18n";

type MailState = "waiting" | "sending" | "sent" | "failed" | "cancelled";
export type Tone = "good" | "busy" | "warn" | "bad" | "calm";

export interface Mail {
  id: string;
  kind: string;
  title: string;
  to: { address: string; name: string };
  language: string;
  reply_to: string;
  subject: string;
  state: MailState;
  tries: number;
  reason: string;
  /** Why it was not sent, in the reader's language. */
  message: string;
  /** The mail server's own words. */
  words: string;
  message_id: string;
  due_at: string;
  created_at: string;
  updated_at: string;
}

export interface MailDetails extends Mail {
  text: string;
  /** The address of its page, for a few minutes. */
  page: string | null;
}

export interface SendingStatus {
  state: "no_server" | "ready" | "trouble";
  /** The server is set by `--smtp`. */
  start_option: boolean;
  reason: string;
  message: string;
  words: string;
  since: string | null;
  counts: Partial<Record<MailState, number>>;
}

export interface TestResult {
  sent: boolean;
  reason: string;
  message: string;
  words: string;
  steps: { name: string; title: string; words: string }[];
}

export interface TemplateSummary {
  kind: string;
  title: string;
  description: string;
  /** Languages whose text an administrator has written. */
  changed: string[];
}

export interface Named {
  name: string;
  description: string;
}

export interface Template {
  kind: string;
  title: string;
  description: string;
  language: string;
  subject: string;
  text: string;
  html: string;
  /** 0: the product's own text. */
  version: number;
  variables: Named[];
  functions: Named[];
}

export interface Preview {
  subject: string;
  text: string;
  html: string;
  page: string;
}

export const STATES: readonly MailState[] = ["waiting", "sending", "sent", "failed", "cancelled"];

export function stateWords(state: MailState): string {
  switch (state) {
    case "waiting":
      return t("Waiting");
    case "sending":
      return t("Being sent");
    case "sent":
      return t("Sent");
    case "failed":
      return t("Failed");
    case "cancelled":
      return t("Cancelled");
  }
}

/** What somebody should see at once: what failed, and what waits because something went wrong. */
export function toneOf(mail: Pick<Mail, "state" | "reason">): Tone {
  switch (mail.state) {
    case "waiting":
      return mail.reason ? "warn" : "calm";
    case "sending":
      return "busy";
    case "sent":
      return "good";
    case "failed":
      return "bad";
    case "cancelled":
      return "calm";
  }
}

export const canRetry = (mail: Pick<Mail, "state">): boolean => mail.state === "failed" || mail.state === "cancelled";
export const canCancel = (mail: Pick<Mail, "state">): boolean => mail.state === "waiting";
