import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ApiError } from "../shared/api";
import { repeat } from "./repeat";

/** Changes as a tab is looked at or not. */
class Page extends EventTarget {
  hidden = false;

  look(at: boolean): void {
    this.hidden = !at;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: Page;

beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  vi.stubGlobal("document", page);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("works as often as the work says, and no more once it is done or stopped", async () => {
  const work = vi.fn<() => Promise<number | null>>().mockResolvedValueOnce(0).mockResolvedValueOnce(2_000).mockResolvedValue(null);
  repeat(work, 1_000);
  await vi.advanceTimersByTimeAsync(10);
  expect(work).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(work).toHaveBeenCalledTimes(3);
  const other = vi.fn(async () => 1_000);
  const stop = repeat(other, 1_000);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(other).toHaveBeenCalledTimes(1);
});

test("what is refused is asked no more; where nobody answers, it is tried again", async () => {
  const refused = vi.fn(() => Promise.reject(new ApiError(404, "not_found", "")));
  const unanswered = vi.fn(() => Promise.reject(new ApiError(0, "network", "")));
  repeat(refused, 1_000);
  const stop = repeat(unanswered, 1_000);
  await vi.advanceTimersByTimeAsync(3_500);
  expect(refused).toHaveBeenCalledTimes(1);
  expect(unanswered).toHaveBeenCalledTimes(4);
  stop();
});

test("a tab that nobody looks at waits until somebody does", async () => {
  const work = vi.fn(async () => 1_000);
  const stop = repeat(work, 1_000);
  page.look(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(work).toHaveBeenCalledTimes(1);
  page.look(true);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(work).toHaveBeenCalledTimes(3);
  stop();
});
