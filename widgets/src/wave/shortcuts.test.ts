import { expect, test } from "vitest";

import { actionOf, documented, neighbour } from "./shortcuts";

const pressed = (key: string, more: Partial<Parameters<typeof actionOf>[0]> = {}) => actionOf({ key, alt: false, control: false, repeat: false, taken: false, asked: false, dials: false, ...more });

test("letters act only while nobody writes", () => {
  expect(pressed("a")).toBe("accept");
  expect(pressed("a", { taken: true })).toBeNull();
  expect(pressed("a", { control: true })).toBeNull();
  expect(pressed("3")).toEqual({ view: "calls" });
  expect(pressed("z")).toBeNull();
});

test("chats are changed with Alt and arrows from within a box too", () => {
  expect(pressed("ArrowDown", { alt: true, taken: true })).toBe("next");
  expect(pressed("ArrowUp", { alt: true, taken: true })).toBe("previous");
  expect(pressed("a", { alt: true })).toBeNull();
});

test("a key that is held down is meant once, but for walking through a list", () => {
  expect(pressed("a", { repeat: true })).toBeNull();
  expect(pressed("b", { repeat: true })).toBeNull();
  expect(pressed("j", { repeat: true })).toBe("next");
});

test("an open dialog, menu or select keeps its keys, Alt and arrows too", () => {
  expect(pressed("a", { asked: true })).toBeNull();
  expect(pressed("ArrowDown", { alt: true, asked: true })).toBeNull();
});

test("digits are dialled where there is a dial pad", () => {
  expect(pressed("3", { dials: true })).toBeNull();
  expect(pressed("a", { dials: true })).toBe("accept");
});

test("every single key that does something is listed", () => {
  const listed = documented().flatMap(({ keys }) => keys);
  for (const key of "abcdefghijklmnopqrstuvwxyz?0123456789") if (pressed(key) !== null) expect(listed).toContain(key.toUpperCase());
});

test("lists are walked round their ends", () => {
  expect(neighbour(["a", "b", "c"], "c", 1)).toBe("a");
  expect(neighbour(["a", "b", "c"], "a", -1)).toBe("c");
  expect(neighbour(["a", "b"], undefined, 1)).toBe("a");
  expect(neighbour(["a", "b"], "gone", -1)).toBe("b");
  expect(neighbour([], undefined, 1)).toBeUndefined();
});
