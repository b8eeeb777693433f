import { describe, expect, it } from "vitest";

import { type OwnBoard, seatWords, spanOf, standing } from "./queue-desk";

const board = (state: string, left_s = 0): OwnBoard => ({ number: "6500", name: "Help", waiting: [], chaired: false, agents: [{ agent: "1001", name: "Ben", state, static: true, reason: "", left_s }] });

describe("the own queues", () => {
  it("tell a break in any of them, and the longest wrap-up", () => {
    expect(standing([board("available"), board("on_break")], "1001")).toEqual({ onBreak: true, leftS: 0 });
    expect(standing([board("wrap_up", 12), board("wrap_up", 30)], "1001")).toEqual({ onBreak: false, leftS: 30 });
    expect(standing([board("on_break")], "1000").onBreak).toBe(false);
  });

  it("have words for what one does", () => {
    expect(seatWords({ agent: "1", name: "", state: "on_break", static: true, reason: "Lunch", left_s: 0 })).toBe("On break: Lunch");
    expect(spanOf(65)).toBe("1:05");
  });
});
