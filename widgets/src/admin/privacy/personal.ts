/** What is stored of a person, in people's words: pure. */
import { t } from "../../shared/i18n";

export type By = "email" | "phone" | "visitor";

export interface Asked {
  by: By;
  value: string;
}

export interface Person {
  visitors: { id: string; name: string; email: string; phone: string; first_seen: string }[];
  counts: Record<string, number>;
  file_bytes: number;
  /** Chats that go on. */
  running: number;
}

export interface Erasure {
  id: string;
  erased_at: string;
  erased_by: string;
  removed: Record<string, number>;
  still_named_in: Record<string, number>;
  /** Tables of which nobody knows: they could not be read. */
  not_looked_through: string[];
  genuine: boolean;
}

/** Tables that hold a person's words, by what people call it. */
const PLACES: Readonly<Record<string, () => string>> = {
  account: () => t("Administrators"),
  call: () => t("Calls"),
  call_leg: () => t("Calls"),
  contact: () => t("Contacts"),
  conversation: () => t("Chats"),
  event: () => t("Chats"),
  extension: () => t("Extensions"),
  file: () => t("Files"),
  livechat: () => t("Live Chat"),
  livechat_ban: () => t("Bans"),
  mail: () => t("Emails in the outbox"),
  message_revision: () => t("Chats"),
  message_text: () => t("Chats"),
  operation: () => t("Lines of the operation log"),
  participant: () => t("Chats"),
  push_message: () => t("Notifications on their way"),
  queue: () => t("Queues"),
  queue_log: () => t("Calls"),
  quick_reply: () => t("Quick replies"),
  received_fax: () => t("Received Faxes"),
  recording: () => t("Recordings"),
  setting: () => t("Settings"),
  visit: () => t("Visits"),
  visitor: () => t("Visitors"),
  webhook_delivery: () => t("Messages to webhooks"),
};

/** Where others still speak of somebody, each place once. */
export function placesOf(tables: readonly string[]): string[] {
  return [...new Set(tables.map((table) => PLACES[table]?.() ?? table.replaceAll("_", " ")))];
}

export function countWords(name: string): string {
  switch (name) {
    case "visitors":
      return t("Visitors");
    case "conversations":
      return t("Chats");
    case "offline_messages":
      return t("Messages left");
    case "consents":
      return t("Consents");
    case "files":
      return t("Files");
    case "calls":
      return t("Calls in chats");
    case "faxes":
      return t("Received Faxes");
    case "calls_by_number":
      return t("Calls of this number");
    case "recordings":
      return t("Recordings");
    case "mails":
      return t("Emails in the outbox");
    case "contacts":
      return t("Contacts");
    case "visits":
      return t("Visits");
    case "webhook_messages":
      return t("Messages to webhooks");
    case "bans":
      return t("Bans");
    case "push_messages":
      return t("Notifications on their way");
    case "operations":
      return t("Lines of the operation log");
    default:
      return name.replaceAll("_", " ");
  }
}
