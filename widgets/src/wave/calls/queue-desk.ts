/** The own queues, in words: pure. */
import { t } from "../../shared/i18n";

export interface OwnSeat {
  agent: string;
  name: string;
  state: string;
  static: boolean;
  reason: string;
  left_s: number;
}

export interface OwnBoard {
  number: string;
  name: string;
  waiting: readonly { key: string }[];
  agents: readonly OwnSeat[];
  /** One decides about its agents. */
  chaired: boolean;
}

export interface OwnBoards {
  items: OwnBoard[];
  reasons: string[];
}

/** Whether one is on a break, and how much of the wrap-up is left. */
export function standing(boards: readonly OwnBoard[], own: string): { onBreak: boolean; leftS: number } {
  const seats = boards.flatMap((board) => board.agents.filter((seat) => seat.agent === own));
  return {
    onBreak: seats.some((seat) => seat.state === "on_break"),
    leftS: Math.max(0, ...seats.filter((seat) => seat.state === "wrap_up").map((seat) => seat.left_s)),
  };
}

/** What one does in a queue. */
export function seatWords(seat: OwnSeat): string {
  switch (seat.state) {
    case "available":
      return t("Available");
    case "on_call":
      return t("On a queue call");
    case "ringing":
      return t("Ringing");
    case "busy":
      return t("On another call");
    case "chatting":
      return t("Busy with chats");
    case "wrap_up":
      return t("Wrap-up");
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

/** Seconds as `1:05`. */
export function spanOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;
}
