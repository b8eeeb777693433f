import { expect, test } from "vitest";

import { seatWords } from "./queue-desk";

test("what one does has words", () => {
  const seat = { agent: "1", name: "", static: true, may_log_in: false, pausing: false, since: null, until: null, left_s: 0, caller: "" };
  expect(seatWords({ ...seat, state: "on_break", reason: "Lunch" })).toBe("On break: Lunch");
  expect(seatWords({ ...seat, state: "logged_out", reason: "" })).toBe("Logged out");
});
