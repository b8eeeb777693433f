import { expect, test } from "vitest";

import { EMOJI, stepped } from "./emoji";

test("each emoji stands on the board once", () => {
  expect(new Set(EMOJI).size).toBe(EMOJI.length);
  expect(EMOJI.every((each) => /\p{Emoji}/u.test(each) && !/[\d\s]/.test(each))).toBe(true);
});

test("arrows lead along the rows and stop at the edges of the board", () => {
  const from = (at: number, key: string, rightToLeft = false): number | null => stepped(key, at, 20, 8, rightToLeft);
  expect([from(0, "ArrowRight"), from(0, "ArrowDown"), from(9, "ArrowUp"), from(9, "ArrowLeft")]).toEqual([1, 8, 1, 8]);
  expect([from(0, "ArrowLeft"), from(3, "ArrowUp"), from(19, "ArrowRight"), from(13, "ArrowDown")]).toEqual([0, 3, 19, 13]);
  expect([from(9, "Home"), from(9, "End")]).toEqual([0, 19]);
  expect([from(1, "ArrowRight", true), from(1, "ArrowLeft", true)]).toEqual([0, 2]);
  expect([from(1, "Tab"), from(1, "a"), from(1, "Enter")]).toEqual([null, null, null]);
});
