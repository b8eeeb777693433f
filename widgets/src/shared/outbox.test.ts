import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { type Entry, openOutbox } from "./outbox";

const entry = (clientId: string): Entry => ({ clientId, conversation: "c", text: "hi", atMs: 0, action: "send" });

afterEach(() => vi.unstubAllGlobals());

test("entries outlive the page that wrote them, in the order of writing", async () => {
  const first = await openOutbox("visitor:a");
  await first.put(entry("0002"));
  await first.put(entry("0001"));
  const second = await openOutbox("visitor:a");
  expect(second.durable).toBe(true);
  expect((await second.all()).map((each) => each.clientId)).toEqual(["0001", "0002"]);
  await second.remove("0001");
  expect((await first.all()).map((each) => each.clientId)).toEqual(["0002"]);
});

test("another identity sees nothing of it", async () => {
  await (await openOutbox("visitor:one")).put(entry("0001"));
  expect(await (await openOutbox("visitor:two")).all()).toEqual([]);
});

test("what an open page has not sent can be erased: whoever logs out leaves nothing", async () => {
  const outbox = await openOutbox("visitor:leaving");
  await outbox.put(entry("0001"));
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase("engage-outbox:visitor:leaving");
    request.onsuccess = () => resolve();
    request.onblocked = () => reject(new Error("blocked"));
  });
  await expect(outbox.put(entry("0002"))).rejects.toThrow();
  expect(await (await openOutbox("visitor:leaving")).all()).toEqual([]);
});

test("where storage is denied, entries live in memory", async () => {
  vi.stubGlobal("indexedDB", {
    open: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  const outbox = await openOutbox("visitor:denied");
  expect(outbox.durable).toBe(false);
  await outbox.put(entry("0001"));
  expect(await outbox.all()).toHaveLength(1);
  await outbox.clear();
  expect(await outbox.all()).toEqual([]);
});
