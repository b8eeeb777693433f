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
