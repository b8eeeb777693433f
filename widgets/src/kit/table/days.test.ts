import { expect, test } from "vitest";

import { dayOf, momentOf } from "./days";

test("a day is whole on both edges, and comes back as it was chosen", () => {
  const from = momentOf("2026-03-28", "from")!;
  const until = momentOf("2026-03-28", "until")!;
  expect(Date.parse(until) - Date.parse(from)).toBeGreaterThanOrEqual(23 * 3_600_000);
  expect([dayOf(from, "from"), dayOf(until, "until")]).toEqual(["2026-03-28", "2026-03-28"]);
});

test("an unfinished day narrows nothing", () => {
  expect(momentOf("", "from")).toBeNull();
  expect(dayOf(null, "from")).toBe("");
});

test("a year that is typed digit by digit stays as it is typed", () => {
  for (const day of ["0002-11-27", "0020-11-27", "0202-11-27", "2026-11-27"]) expect(dayOf(momentOf(day, "until"), "until")).toBe(day);
});

test("what the server would not read is no day", () => {
  expect([momentOf("20261-01-01", "from"), momentOf("9999-12-31", "until")]).toEqual([null, null]);
  expect([dayOf("yesterday", "from"), dayOf("+020261-01-01T00:00:00.000Z", "from")]).toEqual(["", ""]);
});
