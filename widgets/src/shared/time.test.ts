import { afterEach, expect, test, vi } from "vitest";

import { clock, setHours, shortTime } from "./time";

const AT = new Date(2026, 10, 24, 14, 5).getTime();
const reader = (...languages: string[]): void => void vi.stubGlobal("navigator", { languages });

afterEach(() => {
  setHours("auto");
  vi.unstubAllGlobals();
});

test("times are written as in the reader's own variety of the page's language", () => {
  reader("fr-FR", "en-GB");
  expect([clock(AT), shortTime(AT)]).toEqual(["14:05", "24 Nov 2026, 14:05"]);
});

test("the hours that a reader has chosen hold in columns, too", () => {
  reader("en-US");
  setHours("24");
  expect([clock(AT), shortTime(AT)]).toEqual(["14:05", "Nov 24, 2026, 14:05"]);
});
