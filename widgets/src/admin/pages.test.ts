import { expect, test } from "vitest";

import { found, groups, menuFor, type Page, pages } from "./pages";

const page = (group: Page["group"], name: string, module: Page["module"]): Page => ({ group, name: () => name, path: name.toLowerCase(), module, load: () => Promise.reject(new Error("not drawn")) });
const all = [page("extensions", "Extensions", "extensions"), page("extensions", "Extension Groups", "extension_groups"), page("messaging", "IM Settings", "im_settings")];
const names = (sections: ReturnType<typeof menuFor>) => sections.flatMap((section) => section.pages.map((each) => each.name()));

test("groups stand in their fixed order, and only where they hold a page", () => {
  expect(groups.map((group) => group.name())).toEqual(["Extension / Trunk", "Call Features", "PBX Settings", "Messaging", "System Settings", "Maintenance", "CDR", "Other Features"]);
  expect(menuFor(null, all).map((section) => section.group.id)).toEqual(["extensions", "messaging"]);
});

test("a page without at least the right to view is not in the menu", () => {
  expect(names(menuFor({ extension_groups: "view", im_settings: "none" }, all))).toEqual(["Extension Groups"]);
});

test("the first steps are for whoever can do one of them", () => {
  const isThere = (rights: Parameters<typeof menuFor>[0]) => names(menuFor(rights)).includes("First Steps");
  expect(isThere(null)).toBe(true);
  expect(isThere({ livechat: "edit" })).toBe(true);
  expect(isThere({ extensions: "view", queues: "view", livechat: "none" })).toBe(false);
});

test("pages are found by parts of their name and of their group's", () => {
  expect(names(found(menuFor(null, all), "ext group"))).toEqual(["Extension Groups"]);
  expect(names(found(menuFor(null, all), "messag"))).toEqual(["IM Settings"]);
  expect(found(menuFor(null, all), "fax")).toEqual([]);
});

test("no two pages have one address", () => {
  expect(new Set(pages.map((each) => each.path)).size).toBe(pages.length);
});
