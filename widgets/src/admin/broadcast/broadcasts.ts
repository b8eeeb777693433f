/** Message broadcasts as the server tells them, and the rules of the form: pure. */
import { nt, t } from "../../shared/i18n";
import type { Tone } from "../../kit/State";
import { momentOfLocal } from "../../kit/wall";

type BroadcastState = "draft" | "scheduled" | "sending" | "finished" | "partly_failed" | "failed" | "cancelled";
export type DeliveryState = "pending" | "accepted" | "delivered" | "read" | "offline" | "unsupported" | "failed" | "expired" | "skipped" | "cancelled";

export const DELIVERY_STATES: readonly DeliveryState[] = ["pending", "accepted", "delivered", "read", "offline", "unsupported", "failed", "expired", "skipped", "cancelled"];
export const BROADCAST_STATES: readonly BroadcastState[] = ["scheduled", "sending", "finished", "partly_failed", "failed", "cancelled"];

export interface Sender {
  kind: "extension" | "name";
  value: string;
  name: string;
}

export interface Broadcast {
  id: string;
  name: string;
  sender: Sender;
  message: string;
  state: BroadcastState;
  created_at: string;
  send_at: string;
  created_by: string;
  deliver_to: ("phones" | "wave")[];
  extensions: string[];
  extension_groups: string[];
  recipients: number;
  counts: Partial<Record<DeliveryState, number>>;
}

export interface Delivery {
  id: string;
  number: string;
  name: string;
  leg: "phone" | "wave";
  device: string;
  device_name: string;
  state: DeliveryState;
  sip_code: number | null;
  parts: number;
  tries: number;
  maybe_duplicate: boolean;
  updated_at: string;
}

export interface Paged<Item> {
  items: Item[];
  cursor: string | null;
}

export const NAME_LIMIT = 64;
export const SENDER_LIMIT = 32;
export const MESSAGE_LIMIT = 1000;
const SMALL_SCREEN = 160;
const DATAGRAM_BYTES = 1300;

export interface Draft {
  name: string;
  sender: string;
  message: string;
  extensions: string[];
  groups: string[];
  everybody: boolean;
  phones: boolean;
  wave: boolean;
  later: boolean;
  /** By the clock that times are shown by, as `<input type="datetime-local">` writes it. */
  at: string;
}

export type Field = "name" | "sender" | "message" | "extensions" | "extension_groups" | "deliver_to" | "send_at";
export type Problems = Partial<Record<Field, string>>;

export function blank(): Draft {
  return { name: "", sender: t("System Administrator"), message: "", extensions: [], groups: [], everybody: false, phones: true, wave: true, later: false, at: "" };
}

/** The same text to the same people once more. */
export function again(broadcast: Broadcast, senderLabel: string): Draft {
  return {
    ...blank(),
    name: broadcast.name,
    sender: senderLabel,
    message: broadcast.message,
    extensions: broadcast.extensions,
    groups: broadcast.extension_groups,
    phones: broadcast.deliver_to.includes("phones"),
    wave: broadcast.deliver_to.includes("wave"),
  };
}

export const lengthOf = (text: string): number => [...text].length;

/** What an administrator should know before sending; nothing of it forbids. */
export function cautions(message: string): string[] {
  const found: string[] = [];
  if (lengthOf(message) > SMALL_SCREEN) found.push(t("Small phone screens cut a text longer than {n} characters.", { n: SMALL_SCREEN }));
  if (new TextEncoder().encode(message).length > DATAGRAM_BYTES) found.push(t("Phones over UDP get a text of more than {n} bytes in numbered parts.", { n: DATAGRAM_BYTES }));
  return found;
}

export function problems(draft: Draft, nowMs: number): Problems {
  const found: Problems = {};
  if (!draft.name.trim()) found.name = t("This field is required.");
  else if (lengthOf(draft.name.trim()) > NAME_LIMIT) found.name = tooLong(NAME_LIMIT);
  if (!draft.sender.trim()) found.sender = t("This field is required.");
  if (!draft.message.trim()) found.message = t("This field is required.");
  else if (lengthOf(draft.message) > MESSAGE_LIMIT) found.message = tooLong(MESSAGE_LIMIT);
  if (!draft.everybody && draft.extensions.length + draft.groups.length === 0) found.extensions = t("Choose at least one extension or group.");
  if (!draft.phones && !draft.wave) found.deliver_to = t("Choose phones, Wave or both.");
  if (draft.later) {
    const at = momentOfLocal(draft.at);
    if (at === null) found.send_at = t("Choose a day and a time.");
    else if (Date.parse(at) < nowMs) found.send_at = t("This moment has passed.");
  }
  return found;
}

function tooLong(limit: number): string {
  return nt("At most {n} character.", "At most {n} characters.", limit);
}

export function stateWords(state: BroadcastState): string {
  switch (state) {
    case "draft":
      return t("Draft");
    case "scheduled":
      return t("Scheduled");
    case "sending":
      return t("Sending");
    case "finished":
      return t("Finished");
    case "partly_failed":
      return t("Partly failed");
    case "failed":
      return t("Failed");
    case "cancelled":
      return t("Cancelled");
  }
}

export function deliveryWords(state: DeliveryState): string {
  switch (state) {
    case "pending":
      return t("Pending");
    case "accepted":
      return t("Accepted");
    case "delivered":
      return t("Delivered");
    case "read":
      return t("Read");
    case "offline":
      return t("Offline");
    case "unsupported":
      return t("Not supported");
    case "failed":
      return t("Failed");
    case "expired":
      return t("Expired");
    case "skipped":
      return t("Skipped");
    case "cancelled":
      return t("Cancelled");
  }
}

export function toneOf(state: BroadcastState | DeliveryState): Tone {
  switch (state) {
    case "finished":
    case "delivered":
    case "accepted":
    case "read":
      return "good";
    case "sending":
    case "pending":
    case "scheduled":
      return "busy";
    case "partly_failed":
    case "offline":
    case "unsupported":
    case "expired":
      return "warn";
    case "failed":
      return "bad";
    default:
      return "calm";
  }
}

export const moves = (broadcast: Broadcast): boolean => broadcast.state === "sending" || broadcast.state === "scheduled";

export const canRetry = (broadcast: Broadcast): boolean =>
  !moves(broadcast) && broadcast.state !== "cancelled" && ["failed", "expired", "unsupported", "offline"].some((state) => (broadcast.counts[state as DeliveryState] ?? 0) > 0);

export function total(broadcast: Broadcast): number {
  return Object.values(broadcast.counts).reduce((sum, count) => sum + count, 0);
}

/** The worksheet of one broadcast, for other programs. A cell that would be run as a formula is disarmed. */
export function csv(deliveries: readonly Delivery[]): string {
  const head = [t("Extension"), t("Name"), t("Delivery"), t("Device"), t("Address"), t("State"), t("SIP code"), t("Time")];
  const rows = deliveries.map((each) => [each.number, each.name, legWords(each.leg), each.device_name, each.device, each.state, each.sip_code ?? "", each.updated_at]);
  return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function legWords(leg: Delivery["leg"]): string {
  return leg === "phone" ? t("Phone") : t("Wave");
}

function cell(value: string | number): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
