import { describe, expect, it } from "vitest";

import { type Board, free, longestWait, seatWords, staffed } from "./board";

const seat = (state: string, reason = "") => ({ agent: state, name: state, state, reason, static: true, since: null, until: null, left_s: 0, caller: "", queue: "", calls: 0, last_call_at: null, chats: 0, pausing: false, may_log_in: false });
const caller = (waited_s: number) => ({ key: "", number: "", name: "", position: 1, entered_at: "", waited_s, priority: 0, callback: false, ringing: [], agent: "", agent_name: "", connected_at: null, talked_s: 0, call: "", caller_leg: "", agent_leg: "" });
const board: Board = { number: "6500", name: "Help", waiting: [caller(4), caller(31)], talking: [], agents: ["available", "on_break", "unavailable", "logged_out"].map((state) => seat(state)), service_level_s: 60 };

describe("a board", () => {
  it("counts who is free and who serves at all", () => {
    expect([free(board), staffed(board)]).toEqual([1, 2]);
  });

  it("knows the longest wait, and none where nobody waits", () => {
    expect(longestWait(board)).toBe(31);
    expect(longestWait({ ...board, waiting: [] })).toBe(0);
  });

  it("tells the reason of a break", () => {
    expect(seatWords(seat("on_break", "Lunch")).words).toBe("On break: Lunch");
    expect(seatWords(seat("on_break")).words).toBe("On break");
  });
});
