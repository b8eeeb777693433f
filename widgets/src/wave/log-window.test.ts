import { expect, test } from "vitest";

import { around, drawnOf, earlier, first, hasEarlier, hasLater, later, type Part, standing, tail } from "./log-window";

const log = (count: number, step = 1): { seq: number }[] => Array.from({ length: count }, (_, index) => ({ seq: 1 + index * step }));

test("a short log is drawn whole", () => {
  expect(drawnOf(log(20), tail)).toEqual([0, 20]);
  expect(drawnOf([], tail)).toEqual([0, 0]);
  expect(hasEarlier(log(20), tail) || hasLater(log(20), tail)).toBe(false);
});

test("the end of a long log is drawn, and follows what comes", () => {
  expect(drawnOf(log(10_000), tail)).toEqual([9_800, 10_000]);
  expect(drawnOf(log(10_001), tail)).toEqual([9_801, 10_001]);
});

test("one walks from the end to the beginning and back, and never is more than a bit of it drawn", () => {
  const events = log(1_000, 3); // sequences have gaps
  let part: Part = tail;
  for (let steps = 0; hasEarlier(events, part); steps++) {
    const [before] = drawnOf(events, part);
    part = earlier(events, part);
    const [from, to] = drawnOf(events, part);
    expect(from).toBeLessThan(before);
    expect(to).toBeGreaterThanOrEqual(before); // what is in sight stays
    expect(to - from).toBeLessThanOrEqual(400);
    expect(steps).toBeLessThan(20);
  }
  for (let steps = 0; hasLater(events, part); steps++) {
    part = later(events, part);
    const [from, to] = drawnOf(events, part);
    expect(to - from).toBeLessThanOrEqual(400);
    expect(steps).toBeLessThan(20);
  }
  expect(part.to).toBeNull();
});

test("who has scrolled up a little from the end keeps each line that is drawn, though messages come", () => {
  const part = standing(log(1_000));
  expect(drawnOf(log(1_000), part)).toEqual(drawnOf(log(1_000), tail));
  expect(drawnOf(log(1_030), part)).toEqual([800, 1_030]);
  expect(drawnOf(log(201), standing(log(200)))).toEqual([0, 201]);
  expect(standing(log(199))).toBe(tail);
});

test("where somebody reads stands, though messages come", () => {
  const part = earlier(log(1_000), earlier(log(1_000), earlier(log(1_000), tail)));
  expect(drawnOf(log(1_200), part)).toEqual(drawnOf(log(1_000), part));
});

test("what is looked for is drawn, with what stands round it", () => {
  const [from, to] = drawnOf(log(10_000), around(log(10_000), 500));
  expect([from, to]).toEqual([419, 579]);
  expect(drawnOf(log(10_000), first(log(10_000)))).toEqual([0, 200]);
});
