import { expect, test } from "vitest";

import { isOccupied } from "./occupied";

/** A page with one element of the focus, and perhaps something open over it. */
function page(focused: string, open: string | null = null) {
  const activeElement = { isContentEditable: false, matches: (selector: string) => selector.split(", ").some((each) => each.split(":")[0] === focused) } as HTMLElement;
  return { activeElement, querySelector: (selector: string) => (open !== null && selector.includes(`"${open}"`) ? activeElement : null) };
}

test("whoever writes, chooses or is asked something is occupied", () => {
  expect(isOccupied(page("textarea"))).toBe(true);
  expect(isOccupied(page("select"))).toBe(true);
  expect(isOccupied(page("button", "dialog"))).toBe(true);
  expect(isOccupied(page("button", "alertdialog"))).toBe(true);
  expect(isOccupied(page("button"))).toBe(false);
  expect(isOccupied({ activeElement: null, querySelector: () => null })).toBe(false);
});
