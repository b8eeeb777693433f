import { expect, test } from "vitest";

import { addressOf, asked, directionOf, exportOf, filtered, narrowed, recalled, sortedBy, span } from "./asked";

test("an order goes up, then down, then back to the server's own", () => {
  const up = sortedBy(asked, "name");
  const down = sortedBy(up, "name");
  expect([directionOf(up, "name"), directionOf(down, "name"), directionOf(sortedBy(down, "name"), "name")]).toEqual(["ascending", "descending", "none"]);
});

test("whatever narrows the list begins at its first page", () => {
  const third = { ...asked, trail: ["a", "b"] };
  expect(narrowed(third, { q: "x" }).trail).toEqual([]);
  expect(filtered(third, "enabled", "yes")).toMatchObject({ filters: { enabled: "yes" }, trail: [] });
  expect(filtered(filtered(third, "enabled", "yes"), "enabled", null).filters).toEqual({});
});

test("the address asks for the page, the export for all that matches", () => {
  const second = { ...asked, q: "ana & co", sort: "-name", filters: { enabled: "true" }, trail: ["1029"] };
  expect(addressOf("/v1/extensions", second)).toBe("/v1/extensions?q=ana+%26+co&sort=-name&enabled=true&limit=30&cursor=1029");
  expect(exportOf("/v1/extensions", second)).toBe("/v1/extensions?q=ana+%26+co&sort=-name&enabled=true&format=csv");
});

test("rows are counted across pages", () => {
  expect(span({ ...asked, trail: ["a"] }, 12)).toEqual({ first: 31, last: 42 });
  expect(span(asked, 0)).toEqual({ first: 0, last: 0 });
});

test("a file is asked for with the columns that are chosen", () => {
  expect(exportOf("/v1/calls", asked, ["src", "dst"])).toBe("/v1/calls?format=csv&column=src&column=dst");
});

test("what a browser kept counts as far as the list still knows it", () => {
  const filters = [{ name: "caller" }, { name: "direction", options: [{ value: "inbound" }] }, { name: "queue", options: [] }];
  const kept = { q: "ana", limit: 50, filters: { caller: "555X", direction: "sideways", queue: "6500", gone: "x" } };
  expect(recalled(kept, asked, filters)).toEqual({ ...asked, q: "ana", limit: 50, filters: { caller: "555X", queue: "6500" } });
  expect(recalled({ limit: 7 }, asked, filters)).toEqual(asked);
  const odd = { filters: { day: "yesterday", seconds: "soon" } };
  expect(recalled(odd, asked, [{ name: "day", kind: "from" }, { name: "seconds", kind: "number" }])).toEqual(asked);
  expect(recalled(null, asked, filters)).toBe(asked);
});
