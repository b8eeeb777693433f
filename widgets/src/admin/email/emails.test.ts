import { expect, test } from "vitest";

import { canCancel, canRetry, STATES, stateWords, toneOf } from "./emails";

test("every state has words of its own", () => {
  expect(new Set(STATES.map(stateWords)).size).toBe(STATES.length);
});

test("what went wrong stands out, also while it waits", () => {
  expect(toneOf({ state: "waiting", reason: "" })).toBe("calm");
  expect(toneOf({ state: "waiting", reason: "unreachable" })).toBe("warn");
  expect(toneOf({ state: "failed", reason: "refused" })).toBe("bad");
});

test("only what ended badly is sent again, only what waits is cancelled", () => {
  expect(STATES.filter((state) => canRetry({ state }))).toEqual(["failed", "cancelled"]);
  expect(STATES.filter((state) => canCancel({ state }))).toEqual(["waiting"]);
});
