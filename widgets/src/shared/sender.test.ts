import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, type Api } from "./api";
import type { Entry, Outbox } from "./outbox";
import { Sender } from "./sender";
import { type Socket, SocketGone } from "./socket";
import type { Ack } from "./wire";

const entry = (clientId: string, text = "hi"): Entry => ({ clientId, conversation: "c", text, atMs: 0, action: "send" });

class MapOutbox implements Outbox {
  readonly durable = true;
  kept = new Map<string, Entry>();
  put = async (each: Entry): Promise<void> => void this.kept.set(each.clientId, each);
  remove = async (clientId: string): Promise<void> => void this.kept.delete(clientId);
  all = async (): Promise<Entry[]> => [...this.kept.values()];
  clear = async (): Promise<void> => this.kept.clear();
}

interface Desk {
  socket: { state: string; request: (name: string, data: { client_id: string }) => Promise<Ack> };
  post: (path: string, body: { client_id: string }) => Promise<{ seq: number }>;
}

function desk({ socket, post }: Desk) {
  const outbox = new MapOutbox();
  const told: string[] = [];
  const sender = new Sender(outbox, socket as unknown as Socket, { post } as unknown as Api, {
    stored: (each, seq) => told.push(`${each.clientId} stored ${seq}`),
    refused: (each, error) => told.push(`${each.clientId} refused ${error.code}`),
    late: (each, error) => told.push(`${each.clientId} late ${error?.code ?? ""}`),
  });
  const write = async (each: Entry): Promise<void> => {
    await outbox.put(each);
    await sender.take(each);
  };
  return { outbox, told, sender, write };
}

const noHttp = async (): Promise<never> => Promise.reject(new ApiError(0, "network", ""));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", {}); // no locks, as on plain HTTP
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("messages go one after another, in the order of writing", async () => {
  const sent: string[] = [];
  let answer: (() => void) | undefined;
  const request = (_: string, data: { client_id: string }): Promise<Ack> => {
    sent.push(data.client_id);
    return new Promise((resolve) => (answer = () => resolve({ ok: true, seq: sent.length })));
  };
  const { told, write, outbox } = desk({ socket: { state: "open", request }, post: noHttp });
  await write(entry("1"));
  await write(entry("2"));
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(["1"]);
  answer!();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(["1", "2"]);
  answer!();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["1 stored 1", "2 stored 2"]);
  expect(outbox.kept.size).toBe(0);
});

test("a socket that does not acknowledge is passed over for HTTP with the same client_id", async () => {
  const posted: string[] = [];
  const { told, write } = desk({
    socket: { state: "open", request: () => Promise.reject(new SocketGone("timeout")) },
    post: async (path, body) => {
      posted.push(`${path} ${body.client_id}`);
      return { seq: 7 };
    },
  });
  await write(entry("1"));
  await vi.advanceTimersByTimeAsync(0);
  expect(posted).toEqual(["/v1/conversations/c/events 1"]);
  expect(told).toEqual(["1 stored 7"]);
});

test("nothing is given up while there is no network; after a minute its writer is told", async () => {
  const socket = { state: "waiting", request: (): Promise<Ack> => Promise.reject(new SocketGone("closed")) };
  let tries = 0;
  let back = false;
  const post = async (): Promise<{ seq: number }> => {
    tries++;
    return back ? { seq: 1 } : noHttp();
  };
  const { told, write, outbox, sender } = desk({ socket, post });
  await write(entry("1"));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(told[0]).toBe("1 late ");
  expect(tries).toBeGreaterThan(200);
  expect(outbox.kept.size).toBe(1);
  back = true;
  sender.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(told.at(-1)).toBe("1 stored 1");
});

test("a refusal is final and kept for its writer", async () => {
  const { told, write, outbox } = desk({ socket: { state: "open", request: async () => ({ ok: false, error: { code: "conversation_closed", message: "Closed." } }) }, post: noHttp });
  await write(entry("1"));
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(["1 refused conversation_closed"]);
  expect(outbox.kept.get("1")?.refused?.code).toBe("conversation_closed");
});

test("a rate limit is waited out", async () => {
  const answers: Ack[] = [{ ok: false, error: { code: "too_many", message: "Slow down.", retry_after_s: 5 } }, { ok: true, seq: 3 }];
  const { told, write } = desk({ socket: { state: "open", request: async () => answers.shift()! }, post: noHttp });
  await write(entry("1"));
  await vi.advanceTimersByTimeAsync(4_900);
  expect(told).toEqual(["1 late too_many"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(told.at(-1)).toBe("1 stored 3");
});

test("what is large goes by HTTP at once", async () => {
  const request = vi.fn();
  const { told, write } = desk({ socket: { state: "open", request }, post: async () => ({ seq: 1 }) });
  await write(entry("1", "漢".repeat(17_000)));
  await vi.advanceTimersByTimeAsync(0);
  expect(request).not.toHaveBeenCalled();
  expect(told).toEqual(["1 stored 1"]);
});

test("two sockets closed on one item, and HTTP cut while the socket stands: it is refused, not tried for ever", async () => {
  const request = vi.fn((): Promise<Ack> => Promise.reject(new SocketGone("closed")));
  const { told, write } = desk({ socket: { state: "open", request }, post: noHttp });
  await write(entry("1"));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(request).toHaveBeenCalledTimes(2);
  expect(told).toEqual(["1 refused undeliverable"]);
});
