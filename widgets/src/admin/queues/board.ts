/** Queues as they are now, in the words of pages: pure. */
import type { Tone } from "../../kit/State";
import { t } from "../../shared/i18n";

export interface Caller {
  key: string;
  number: string;
  name: string;
  position: number;
  entered_at: string;
  waited_s: number;
  priority: number;
  callback: boolean;
  ringing: string[];
  agent: string;
  agent_name: string;
  connected_at: string | null;
  talked_s: number;
  call: string;
  /** Names of legs of the call. */
  caller_leg: string;
  agent_leg: string;
}

export interface Seat {
  agent: string;
  name: string;
  state: string;
  static: boolean;
  since: string | null;
  reason: string;
  until: string | null;
  left_s: number;
  caller: string;
  queue: string;
  calls: number;
  last_call_at: string | null;
  chats: number;
  /** The break begins when the call ends. */
  pausing: boolean;
  may_log_in: boolean;
}

export interface Board {
  number: string;
  name: string;
  waiting: Caller[];
  talking: Caller[];
  agents: Seat[];
  service_level_s: number;
}

export interface Boards {
  at: string;
  items: Board[];
  /** What breaks may be taken for. */
  reasons: string[];
}

/** What was counted since midnight. */
export interface Day {
  queues: { key: string; offered: number; answered: number; abandoned: number; service_level: number }[];
  agents: { key: string; answered: number }[];
}

/** What an agent does, with the reason of a break. */
export function seatWords(seat: Pick<Seat, "state" | "reason" | "pausing">): { tone: Tone; words: string } {
  switch (seat.state) {
    case "available":
      return { tone: "good", words: t("Available") };
    case "on_call":
      return { tone: "busy", words: seat.pausing ? t("On a queue call, then on break") : t("On a queue call") };
    case "ringing":
      return { tone: "busy", words: t("Ringing") };
    case "busy":
      return { tone: "busy", words: t("On another call") };
    case "chatting":
      return { tone: "busy", words: t("Busy with chats") };
    case "wrap_up":
      return { tone: "warn", words: t("Wrap-up") };
    case "resting":
      return { tone: "warn", words: t("Resting after a missed call") };
    case "on_break":
      return { tone: "warn", words: seat.reason ? t("On break: {reason}", { reason: seat.reason }) : t("On break") };
    case "undisturbed":
      return { tone: "warn", words: t("Do not disturb") };
    case "unavailable":
      return { tone: "bad", words: t("No phone") };
    default:
      return { tone: "calm", words: t("Logged out") };
  }
}

/** Those who could take a call now. */
export function free(board: Board): number {
  return board.agents.filter((seat) => seat.state === "available").length;
}

/** Those who serve at all. */
export function staffed(board: Board): number {
  return board.agents.filter((seat) => seat.state !== "logged_out" && seat.state !== "unavailable").length;
}

export function longestWait(board: Board): number {
  return Math.max(0, ...board.waiting.map((caller) => caller.waited_s));
}
