/** Live chats as `/v1/livechats` has them. */
import { nt, t } from "../../shared/i18n";

export interface LiveChat {
  id: string;
  public_id: string;
  name: string;
  enabled: boolean;
  destination: Destination;
  destination_names: Readonly<Record<string, string>>;
  /** Those of its destination that do not exist any more. */
  destination_missing: readonly string[];
  url: string;
  /** As this administrator reaches the server, where that is allowed. */
  copy_url: string;
  created_at: string;
  open_inquiries: number;
  active_sessions: number;
}

export interface Destination {
  kind: "queue" | "extensions";
  values: readonly string[];
}

export const PATH = "/v1/livechats";
export const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

/** `Support (6500)`, `Ana Costa (1000), Ben Osei (1001)`. */
export function destinationWords({ destination, destination_names }: LiveChat): string {
  return destination.values.map((value) => (destination_names[value] ? t("{name} ({number})", { name: destination_names[value], number: value }) : value)).join(", ");
}

/** The line for a web site. */
export const snippetOf = ({ copy_url }: Pick<LiveChat, "copy_url">): string => `<script async src="${copy_url}/widget.js"></script>`;

/** What ends with a live chat. */
export function lossWords({ open_inquiries, active_sessions }: LiveChat): string {
  const open = open_inquiries + active_sessions;
  const link = t("Its link stops at once. This cannot be taken back.");
  if (open === 0) return link;
  const waiting = nt("{n} visitor is waiting", "{n} visitors are waiting", open_inquiries);
  const served = nt("{n} conversation is going on", "{n} conversations are going on", active_sessions);
  return t("{waiting}, {served}: all of them are ended. {link}", { waiting, served, link });
}
