/** Calls in people's words: pure. What is unknown is shown as it is. */
import { nt, t } from "../../shared/i18n";
import type { Tone } from "../../kit/State";

export interface Call {
  id: string;
  started_at: string;
  answered_at: string | null;
  ended_at: string;
  duration_s: number;
  talk_s: number;
  direction: "internal" | "inbound" | "outbound";
  disposition: string;
  caller: string;
  original_caller: string;
  caller_name: string;
  callee: string;
  callee_name: string;
  answered_by: string;
  source_trunk: string;
  destination_trunk: string;
  action: string;
  action_owner: string;
  account: string;
  verstat: string;
  attest: string;
  /** Of a visitor's call: the number of the live chat it was made in. */
  session: string;
  status: number;
  cause: number;
  reason: string;
}

export interface Leg {
  channel: string;
  role: "caller" | "called" | "service";
  party: string;
  name: string;
  trunk: string;
  action: string;
  action_owner: string;
  started_at: string;
  ended_at: string;
  answered_at: string | null;
  disposition: string;
  status: number;
  reason: string;
  codec: string;
  mos: number;
}

export interface Recording {
  id: string;
  call: string;
  file: string;
  recorded_at: string;
  seconds: number;
  caller: string;
  caller_name: string;
  callee: string;
  callee_name: string;
  storage: "local" | "netdisk";
  kind: "call" | "queue" | "conference" | "emergency";
}

/** One thing that was found out about a call, in the server's words. */
export interface Finding {
  code: string;
  tone: "good" | "warn" | "bad";
  text: string;
}

export interface LiveCall {
  id: string;
  started_at: string;
  answered_at: string | null;
  direction: Call["direction"];
  caller: string;
  caller_name: string;
  callee: string;
  recorded: boolean;
  legs: { channel: string; leg: string; party: string; name: string; role: Leg["role"]; trunk: string; action: string; state: "calling" | "ringing" | "up" | "held" }[];
}

export const soundOf = (id: string): string => `/v1/recordings/${encodeURIComponent(id)}/sound`;

/** How a call or a leg went. */
export function wentOf({ disposition, reason }: { disposition: string; reason: string }): { tone: Tone; words: string } {
  if (reason === "answered_elsewhere") return { tone: "calm", words: t("Answered elsewhere") };
  switch (disposition) {
    case "answered":
      return { tone: "good", words: t("Answered") };
    case "no_answer":
      return { tone: "warn", words: t("No answer") };
    case "cancelled":
      return { tone: "warn", words: t("Cancelled") };
    case "busy":
      return { tone: "busy", words: t("Busy") };
    default:
      return { tone: "bad", words: t("Failed") };
  }
}

export function directionWords(direction: Call["direction"]): string {
  switch (direction) {
    case "inbound":
      return t("Inbound");
    case "outbound":
      return t("Outbound");
    case "internal":
      return t("Internal");
  }
}

/** Whether the caller's number was verified (STIR/SHAKEN), and how far his provider vouches for it; nothing where nobody asked. */
export function verifiedWords({ verstat, attest }: Pick<Call, "verstat" | "attest">): string {
  switch (verstat) {
    case "TN-Validation-Passed":
      return attest ? t("Verified, attestation {level}", { level: attest }) : t("Verified");
    case "TN-Validation-Failed":
      return t("Signature is not valid");
    case "No-TN-Validation":
      return t("Not signed");
    default:
      return verstat;
  }
}

/** What was done: “Ring group 6400”. */
export function actionWords(action: string, owner: string): string {
  const what = ((): string => {
    switch (action) {
      case "dial":
        return t("Dialled");
      case "ring_group":
        return t("Ring group");
      case "queue":
        return t("Call queue");
      case "livechat":
        return t("Live Chat");
      case "forward":
        return t("Forwarded");
      case "follow_me":
        return t("Follow Me");
      case "transfer":
        return t("Transferred");
      case "ivr":
        return t("IVR");
      case "echo":
        return t("Echo test");
      case "prompt":
        return t("Prompt");
      case "blacklist":
        return t("Blacklist");
      case "announcement":
        return t("Announcement");
      case "disa":
        return t("DISA");
      case "fax":
        return t("Fax");
      case "callback":
        return t("Callback");
      case "mini_bar":
        return t("Mini Bar");
      case "room_status":
        return t("Room status");
      case "wake_up":
      case "remote_wake_up":
        return t("Wake-up call");
      case "directory":
        return t("Dial by name");
      case "voicemail":
      case "own_mailbox":
      case "any_mailbox":
        return t("Voicemail");
      case "voicemail_group":
        return t("Voicemail Group");
      case "parking":
        return t("Parked");
      case "retrieve":
      case "bridge":
      case "private_hold":
        return t("Shared line");
      case "priority":
        return t("Urgent call");
      case "announcement_center":
        return t("Announcement Center");
      case "queue_log_in":
        return t("Logged in to a queue");
      case "queue_log_out":
        return t("Logged out of a queue");
      case "pickup":
      case "take_over":
        return t("Picked up");
      case "flip":
        return t("Flipped");
      case "page":
        return t("Paging");
      case "conference":
        return t("Conference");
      default:
        return action.replaceAll("_", " ");
    }
  })();
  return owner && action !== "dial" ? `${what} ${owner}` : what;
}

/** What calls can be told apart by; where people use one word for several, they are asked for together. */
export function actionChoices(): { value: string; label: string }[] {
  return ACTIONS.map((value) => ({ value, label: actionWords(value.split(",")[0] ?? "", "") })).sort((one, other) => one.label.localeCompare(other.label));
}

const ACTIONS = [
  ...["dial", "ring_group", "queue", "livechat", "forward", "follow_me", "transfer", "ivr", "echo", "prompt", "blacklist", "announcement", "disa", "fax", "callback", "mini_bar", "room_status"],
  ...["wake_up,remote_wake_up", "directory", "voicemail,own_mailbox,any_mailbox", "voicemail_group", "parking", "retrieve,bridge,private_hold", "pickup,take_over", "flip", "priority", "page", "conference", "announcement_center", "queue_log_in", "queue_log_out"],
] as const;

/** The heads of the file of calls that can be left out, as the server names them. */
export const FILE_COLUMNS = [
  ...["AcctId", "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield"],
  ...["channel_ext", "dstchannel_ext", "service", "caller_name", "recordfiles", "dstanswer", "chanext", "dstchanext", "session", "action_owner", "action_type", "src_trunk_name", "dst_trunk_name"],
  ...["original_src", "reason", "verstat"],
];

/** What a recording is of. */
export function kindWords(kind: Recording["kind"]): string {
  switch (kind) {
    case "call":
      return t("Call");
    case "queue":
      return t("Call queue");
    case "conference":
      return t("Conference");
    case "emergency":
      return t("Emergency call");
  }
}

/** Number and name as one: `1001 Ben Osei`. */
export function partyOf(number: string, name: string): string {
  return [number, name].filter(Boolean).join(" ") || t("Anonymous");
}

/** How a call that is up stands: who talks, who is on hold, where it rings. */
export function standingOf(call: LiveCall): { tone: Tone; words: string } {
  const [called, up] = [call.legs.filter((leg) => leg.role === "called"), call.legs.filter((leg) => leg.state === "up" || leg.state === "held")];
  const parked = call.legs.find((leg) => leg.role === "service" && leg.action === "parking");
  if (parked) return { tone: "warn", words: t("Parked at {slot}", { slot: parked.party }) };
  if (call.legs.some((leg) => leg.state === "held")) return { tone: "warn", words: t("On hold") };
  if (call.answered_at !== null && up.length > 0) return { tone: "good", words: t("Talking") };
  return { tone: "busy", words: called.length > 0 ? nt("Ringing at {n} phone", "Ringing at {n} phones", called.length) : t("Dialling") };
}
