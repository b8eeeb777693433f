import { expect, test, vi } from "vitest";

import { beginOf, spanOf } from "./time";

test("spans read as a clock does", () => {
  expect([0, 31, 61, 3729].map(spanOf)).toEqual(["0:00", "0:31", "1:01", "1:02:09"]);
});

test("days begin at midnight, today's for one day", () => {
  const noon = new Date(2026, 10, 26, 12).getTime();
  expect(new Date(beginOf(1, noon)).getTime()).toBe(new Date(2026, 10, 26).getTime());
  expect(new Date(beginOf(7, noon)).getTime()).toBe(new Date(2026, 10, 20).getTime());
});

test("days begin at midnight though the clocks were changed meanwhile", () => {
  vi.stubEnv("TZ", "Europe/Lisbon"); // summer time ends on 25 October 2026
  expect(beginOf(7, new Date(2026, 9, 28, 12).getTime())).toBe("2026-10-21T23:00:00.000Z");
  vi.unstubAllEnvs();
});
