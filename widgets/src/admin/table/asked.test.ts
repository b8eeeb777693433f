import { expect, test } from "vitest";

import { addressOf, asked, directionOf, exportOf, filtered, narrowed, sortedBy, span } from "./asked";

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
