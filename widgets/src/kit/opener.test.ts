import { expect, test } from "vitest";

import { openerOf } from "./opener";

const button = { id: "more" };
const element = (menu: string | null) =>
  ({
    closest: (selector: string) => (menu !== null && selector === '[role="menu"]' ? { getAttribute: () => menu } : null),
    ownerDocument: { getElementById: (id: string) => (id === "more" ? button : null) },
  }) as unknown as Element;

test("the focus comes back to the opener, and from a menu's item, which is gone then, to the menu's button", () => {
  const plain = element(null);
  expect(openerOf(plain)).toBe(plain);
  expect(openerOf(element("more"))).toBe(button);
  const unnamed = element("gone");
  expect(openerOf(unnamed)).toBe(unnamed);
  expect(openerOf(null)).toBeNull();
});
