import { expect, test } from "vitest";

import type { OwnBoard, OwnCaller, OwnSeat } from "../calls/queue-desk";
import { callbacksOf, offersOf, standingOf, standingWords, toneOf } from "./standing";

const AT = "2026-11-26T12:00:00Z";
const UNTIL = "2026-11-26T12:00:20Z";
const seat = (state: string, more: Partial<OwnSeat> = {}): OwnSeat => ({ agent: "1001", name: "Ben", state, static: true, may_log_in: false, pausing: false, reason: "", since: AT, until: null, left_s: 0, caller: "", ...more });
const caller = (more: Partial<OwnCaller> = {}): OwnCaller => ({ position: 1, connected_at: null, agent_name: "", key: "c1", number: "+351912", name: "Maria", entered_at: AT, callback: false, ringing: [], ...more });
const board = (agents: OwnSeat[], waiting: OwnCaller[] = []): OwnBoard => ({ number: "6500", name: "Support", agents, waiting, talking: [], chaired: false });

test("a call that rings says more than a break elsewhere", () => {
  const boards = [board([seat("on_break", { reason: "Lunch" })]), board([seat("ringing", { until: UNTIL })])];
  const standing = standingOf(boards, "1001", 5_000);
  expect(standing).toMatchObject({ state: "ringing", onBreak: true, since_ms: Date.parse(AT) + 5_000, until_ms: Date.parse(UNTIL) + 5_000 });
  expect(toneOf(standing!)).toBe("busy");
});

test("of several wrap-ups the longest counts", () => {
  const later = "2026-11-26T12:01:00Z";
  expect(standingOf([board([seat("wrap_up", { until: UNTIL })]), board([seat("wrap_up", { until: later })])], "1001", 0)?.until_ms).toBe(Date.parse(later));
});

test("who serves no queue stands nowhere", () => {
  expect(standingOf([board([seat("available", { agent: "1000" })])], "1001", 0)).toBeNull();
});

test("a break tells its reason", () => {
  expect(standingWords(standingOf([board([seat("on_break", { reason: "Lunch" })])], "1001", 0)!)).toBe("On break: Lunch");
});

test("an offer is a caller who rings for oneself, with the end of the lease", () => {
  const boards = [board([seat("ringing", { until: UNTIL })], [caller({ ringing: ["1001", "1002"] }), caller({ key: "c2", ringing: ["1002"] })])];
  expect(offersOf(boards, "1001", 0)).toMatchObject([{ caller: { key: "c1" }, until_ms: Date.parse(UNTIL) }]);
});

test("callbacks are those who hung up and kept their place", () => {
  expect(callbacksOf([board([], [caller(), caller({ key: "c2", callback: true })])]).map((each) => each.caller.key)).toEqual(["c2"]);
});

test("a break that begins when the call ends is told, and can be ended before", () => {
  const standing = standingOf([board([seat("on_call", { pausing: true, reason: "Lunch" })])], "1001", 0)!;
  expect(standing).toMatchObject({ state: "on_call", onBreak: true, reason: "Lunch" });
  expect(standingWords(standing)).toBe("On a queue call, then on break");
});

test("who rests after a call not taken is not available, until then", () => {
  const standing = standingOf([board([seat("resting", { until: UNTIL })])], "1001", 0)!;
  expect([standing.state, standing.until_ms, toneOf(standing)]).toEqual(["resting", Date.parse(UNTIL), "away"]);
});
