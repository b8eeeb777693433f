import { expect, test } from "vitest";

import type { WireEvent } from "../../shared/wire";
import { problemOf, requestOf } from "./Asked";

const NOW = Date.parse("2026-05-01T10:00:00Z");
const call = (seq: number, state: string, agoS = 1): WireEvent => ({ conversation: "c", seq, prev: seq - 1, kind: "call", state, author: { kind: "agent", id: "1000", name: "Ana" }, at: new Date(NOW - agoS * 1000).toISOString() }) as unknown as WireEvent;

test("a request waits until it is answered by a call or a no, and is past after a while", () => {
  expect(requestOf({ events: [call(1, "ended"), call(2, "asked")] }, NOW)?.seq).toBe(2);
  expect(requestOf({ events: [call(1, "asked"), call(2, "declined")] }, NOW)).toBeNull();
  expect(requestOf({ events: [call(1, "asked"), call(2, "started")] }, NOW)).toBeNull();
  expect(requestOf({ events: [call(1, "asked", 301)] }, NOW)).toBeNull();
  expect(requestOf({ events: [] }, NOW)).toBeNull();
});

test("a no that was not taken is told", () => {
  expect(problemOf({ ok: true })).toBe("");
  expect(problemOf({ ok: false, error: { code: "too_many", message: "Slow down." } })).toBe("Slow down.");
  expect(problemOf({ ok: false, error: { code: "unavailable", message: "" } })).toBe("There is no connection. Please try again in a moment.");
});
