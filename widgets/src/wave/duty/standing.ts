/** What an agent does now, over all the own queues, and what is asked of them: pure. */
import { t } from "../../shared/i18n";
import type { OwnBoard, OwnCaller, OwnSeat } from "../calls/queue-desk";

export type State = "ringing" | "on_call" | "wrap_up" | "on_break" | "busy" | "chatting" | "resting" | "undisturbed" | "unavailable" | "available" | "logged_out";

export interface Standing {
  state: State;
  /** Of a break, also of one that begins when the call ends. */
  reason: string;
  /** Since when, and until when; on this page's clock. */
  since_ms: number | null;
  until_ms: number | null;
  /** On a break in one of the queues at least, or as soon as the call ends: then there is one to end. */
  onBreak: boolean;
}

/** A caller of a queue whose call rings for oneself. */
export interface Offer {
  caller: OwnCaller;
  queue: OwnBoard;
  since_ms: number | null;
  until_ms: number | null;
}

/** What one does in one queue shows in the others: the first of these is what one does. */
const ORDER: readonly State[] = ["ringing", "on_call", "wrap_up", "on_break", "busy", "undisturbed", "unavailable", "resting", "available", "chatting", "logged_out"];

/** `ahead_ms`: how far this page's clock is ahead of the server's. Null: one serves no queue. */
export function standingOf(boards: readonly OwnBoard[], own: string, ahead_ms: number): Standing | null {
  const seats = boards.flatMap((board) => board.agents.filter((seat) => seat.agent === own));
  const seat = ORDER.map((state) => seats.find((each) => each.state === state)).find((each) => each !== undefined) ?? seats[0];
  if (!seat) return null;
  return {
    state: seat.state as State,
    reason: seat.reason,
    since_ms: here(seat.since, ahead_ms),
    until_ms: latest(seats.filter((each) => each.state === seat.state).map((each) => here(each.until, ahead_ms))),
    onBreak: seats.some((each) => each.state === "on_break" || each.pausing),
  };
}

export function offersOf(boards: readonly OwnBoard[], own: string, ahead_ms: number): Offer[] {
  return boards.flatMap((queue) =>
    queue.waiting
      .filter((caller) => caller.ringing.includes(own))
      .map((caller) => {
        const seat: OwnSeat | undefined = queue.agents.find((each) => each.agent === own && each.state === "ringing");
        return { caller, queue, since_ms: here(seat?.since ?? null, ahead_ms), until_ms: here(seat?.until ?? null, ahead_ms) };
      }),
  );
}

/** Those who hung up and kept their place, in the order in which they are called back. */
export function callbacksOf(boards: readonly OwnBoard[]): { caller: OwnCaller; queue: OwnBoard }[] {
  return boards.flatMap((queue) => queue.waiting.filter((caller) => caller.callback).map((caller) => ({ caller, queue })));
}

export function standingWords({ state, reason, onBreak }: Standing): string {
  switch (state) {
    case "ringing":
      return t("A call rings");
    case "on_call":
      return onBreak ? t("On a queue call, then on break") : t("On a queue call");
    case "wrap_up":
      return t("Wrap-up");
    case "on_break":
      return reason ? t("On break: {reason}", { reason }) : t("On break");
    case "busy":
      return t("In a call");
    case "chatting":
      return t("Busy with chats");
    case "resting":
      return t("Resting after a missed call");
    case "undisturbed":
      return t("Do not disturb");
    case "unavailable":
      return t("No phone");
    case "available":
      return t("Available");
    case "logged_out":
      return t("Logged out");
  }
}

export type Tone = "good" | "busy" | "away" | "none";

export function toneOf({ state }: Standing): Tone {
  switch (state) {
    case "available":
      return "good";
    case "ringing":
    case "on_call":
    case "busy":
    case "chatting":
    case "undisturbed":
      return "busy";
    case "wrap_up":
    case "resting":
    case "on_break":
      return "away";
    default:
      return "none";
  }
}

function here(at: string | null, ahead_ms: number): number | null {
  return at === null ? null : Date.parse(at) + ahead_ms;
}

function latest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((each) => each !== null);
  return known.length > 0 ? Math.max(...known) : null;
}
