/** The own queues, in words: pure. */
import { t } from "../../shared/i18n";

/** Somebody who waits in a queue, or is to be called back. */
export interface OwnCaller {
  key: string;
  number: string;
  name: string;
  position: number;
  entered_at: string;
  connected_at: string | null;
  callback: boolean;
  /** Whose phones ring for them. */
  ringing: readonly string[];
  agent_name: string;
}

export interface OwnSeat {
  agent: string;
  name: string;
  state: string;
  static: boolean;
  /** One may log in and out. */
  may_log_in: boolean;
  /** Of a break, also of one that begins when the call ends. */
  reason: string;
  pausing: boolean;
  since: string | null;
  /** When an offer or a wrap-up ends. */
  until: string | null;
  left_s: number;
  /** Whom they serve, or are rung for. */
  caller: string;
}

export interface OwnBoard {
  number: string;
  name: string;
  waiting: readonly OwnCaller[];
  /** One's own talk; of a queue one is chairman of, all. */
  talking: readonly OwnCaller[];
  agents: readonly OwnSeat[];
  /** One decides about its agents. */
  chaired: boolean;
}

export interface OwnBoards {
  /** The server's clock. */
  at: string;
  items: OwnBoard[];
  reasons: string[];
}

/** How a chairman may take part in a talk. */
export function modes(): { mode: string; words: string }[] {
  return [
    { mode: "listen", words: t("Listen") },
    { mode: "whisper", words: t("Whisper to the agent") },
    { mode: "barge", words: t("Barge in") },
  ];
}

/** A caller's name and number. */
export function partyOf(caller: Pick<OwnCaller, "number" | "name">): string {
  return caller.name && caller.name !== caller.number ? `${caller.name} ${caller.number}` : caller.number;
}

/** What one does in a queue. */
export function seatWords(seat: OwnSeat): string {
  switch (seat.state) {
    case "available":
      return t("Available");
    case "on_call":
      return seat.pausing ? t("On a queue call, then on break") : t("On a queue call");
    case "ringing":
      return t("Ringing");
    case "busy":
      return t("On another call");
    case "chatting":
      return t("Busy with chats");
    case "wrap_up":
      return t("Wrap-up");
    case "resting":
      return t("Resting after a missed call");
    case "on_break":
      return seat.reason ? t("On break: {reason}", { reason: seat.reason }) : t("On break");
    case "undisturbed":
      return t("Do not disturb");
    case "unavailable":
      return t("No phone");
    default:
      return t("Logged out");
  }
}
