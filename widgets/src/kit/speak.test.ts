import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { speak } from "./speak";

const reload = vi.fn();

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) });
  vi.stubGlobal("location", { reload });
  reload.mockClear();
});

afterEach(() => vi.unstubAllGlobals());

test("a page in another language than its reader's is loaded anew, once", () => {
  speak("");
  speak("en"); // as the page is
  expect(reload).not.toHaveBeenCalled();
  speak("de");
  speak("de"); // it could not follow
  expect(reload).toHaveBeenCalledTimes(1);
});

test("where nothing can be kept, the page stays: it would be loaded for ever", () => {
  vi.stubGlobal("sessionStorage", undefined);
  speak("de");
  expect(reload).not.toHaveBeenCalled();
});
