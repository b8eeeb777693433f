import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Api, ApiError } from "../../shared/api";
import { OwnQueues } from "./own-queues";

/** Changes as a tab is looked at or not. */
class Page extends EventTarget {
  hidden = false;

  look(at: boolean): void {
    this.hidden = !at;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

const page = new Page();
const get = vi.fn(async () => ({ at: new Date().toISOString(), items: [] }));
let moved = (): void => {};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a tab that nobody looks at asks for no board, and asks once when it is looked at again", async () => {
  const queues = new OwnQueues({ get } as unknown as Api, () => {});
  queues.start((hear) => {
    moved = hear;
    return () => {};
  });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(get).toHaveBeenCalledTimes(1);
  page.look(false);
  moved();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(get).toHaveBeenCalledTimes(1);
  page.look(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(get).toHaveBeenCalledTimes(2); // and serves no queue: no more than that
  moved();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(get).toHaveBeenCalledTimes(3);
  queues.stop();
});

test("who did something as a chairman learns whether it was done", async () => {
  const post = vi.fn(async () => {});
  const queues = new OwnQueues({ get, post } as unknown as Api, () => {});
  expect(await queues.act("post", "/callers/1/transfer", { target: "1000" })).toBe(true);
  post.mockRejectedValueOnce(new ApiError(404, "not_found", ""));
  expect(await queues.act("post", "/callers/1/transfer", { target: "9999" })).toBe(false);
});
