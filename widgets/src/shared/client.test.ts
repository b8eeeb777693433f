/** Whole clients against a small server in memory that loses, delays and cuts: the log must come out the same everywhere. */
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Api } from "./api";
import { ConversationClient } from "./client";
import type { Me, WireEvent } from "./wire";

type Random = () => number;

function random(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The hub's rules in a few lines: gapless, idempotent by author and `client_id`, stored before acknowledged. */
class Hub {
  log: (WireEvent & { owner: string })[] = [];
  sockets = new Set<FakeSocket>();
  lengthAtEnd = -1;
  /** Share of packets lost on the way, each way; 0 when the weather is good. */
  loss = 0;

  constructor(readonly next: Random) {}

  post(who: string, clientId: string, text: string): { seq: number; at: string; duplicate: boolean } {
    const old = this.log.find((each) => each.client_id === clientId && each.owner === who);
    const event = old ?? { conversation: "c", seq: this.log.length + 1, prev: this.log.length, kind: "message" as const, author: { kind: "user" as const, id: who, name: who }, client_id: clientId, at: new Date().toISOString(), text, owner: who };
    if (!old) {
      this.log.push(event);
      for (const socket of this.sockets) socket.say(`42/wave,${JSON.stringify(["event", this.seen(event, socket.who)])}`);
    }
    return { seq: event.seq, at: event.at, duplicate: old !== undefined };
  }

  seen({ owner, client_id, ...event }: WireEvent & { owner: string }, who: string): WireEvent {
    return owner === who ? { ...event, client_id: client_id! } : event;
  }

  page(who: string, after: number, limit = 5): { events: WireEvent[]; head: number; more: boolean } {
    const rest = this.log.filter(({ seq }) => seq > after);
    return { events: rest.slice(0, limit).map((each) => this.seen(each, who)), head: this.log.length, more: rest.length > limit };
  }

  answer(who: string, name: string, data: { after: number; client_id: string; text: string; heads: Record<string, number> }): object {
    switch (name) {
      case "send":
        return { ok: true, ...this.post(who, data.client_id, data.text) };
      case "end":
        this.lengthAtEnd = this.log.length;
        return { ok: true };
      case "resume":
        return { ok: true, ...this.page(who, data.after) };
      case "hello":
        return { ok: true, conversations: [{ conversation: "c", kind: "direct", title: "", state: "active", epoch: 0, owner: null, too_far: false, watermarks: [], unread: 0, last: null, participants: [], ...this.page(who, data.heads["c"] ?? 0) }] };
      default:
        return { ok: true };
    }
  }
}

let hub: Hub;

class FakeSocket {
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  who = "";
  open = true;

  constructor() {
    setTimeout(() => this.say('0{"sid":"s","pingInterval":20000,"pingTimeout":15000}', true), 5);
  }

  say(packet: string, sure = false): void {
    if (!this.open || (!sure && hub.next() < hub.loss)) return;
    const delay = 1 + hub.next() * (hub.loss ? 3_000 : 20); // reorders: more than any real socket does
    setTimeout(() => this.open && this.onmessage?.({ data: packet }), delay);
  }

  send(packet: string): void {
    if (packet.startsWith("40/wave,")) {
      this.who = (JSON.parse(packet.slice(8)) as { who: string }).who;
      hub.sockets.add(this);
      return this.say('40/wave,{"sid":"t"}', true);
    }
    const parts = /^42\/wave,(\d+)([\s\S]*)$/.exec(packet);
    if (!parts || !this.open || hub.next() < hub.loss) return;
    const [name, data] = JSON.parse(parts[2]!) as [string, never];
    const ack = hub.answer(this.who, name, data);
    this.say(`43/wave,${parts[1]}[${JSON.stringify(ack)}]`);
  }

  close(): void {
    this.open = false;
    hub.sockets.delete(this);
  }

  cut(): void {
    this.close();
    this.onclose?.();
  }
}

function fetchFrom(who: string): typeof fetch {
  return async (input, init) => {
    const url = new URL(String(input), "http://server");
    await new Promise((resolve) => setTimeout(resolve, 10 + hub.next() * 500));
    if (hub.next() < hub.loss) throw new TypeError("cut before it arrived");
    if (url.pathname.startsWith("/socket.io")) throw new TypeError("no polling here");
    const body = init?.body ? (JSON.parse(String(init.body)) as { client_id: string; text: string }) : null;
    const answer = url.pathname.endsWith("/events") ? (body ? hub.post(who, body.client_id, body.text) : hub.page(who, Number(url.searchParams.get("after")))) : {};
    if (hub.next() < hub.loss) throw new TypeError("cut on the way back");
    return new Response(JSON.stringify(answer), { status: 200 });
  };
}

class Target extends EventTarget {
  visibilityState = "visible";
  hasFocus = (): boolean => true;
}

function makeClient(name: string): ConversationClient {
  const me: Me = { who: `user:${name}`, kind: "user", id: name, name };
  const api = new Api();
  const own = fetchFrom(name);
  // Each client has a network of its own; `fetch` is called before the first await.
  api.request = <T>(method: string, path: string, body?: unknown): Promise<T> => {
    vi.stubGlobal("fetch", own);
    return Api.prototype.request.call(api, method, path, body) as Promise<T>;
  };
  const client = new ConversationClient({ me, namespace: "/wave", identity: `user:${name}`, auth: () => ({ who: name }), api });
  client.follow("c");
  client.attend("c", true);
  return client;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("window", new Target());
  vi.stubGlobal("document", new Target());
  vi.stubGlobal("location", { origin: "http://server" });
  vi.stubGlobal("navigator", {}); // no locks, as on plain HTTP
  vi.stubGlobal("indexedDB", new IDBFactory());
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const { setImmediate } = globalThis as unknown as { setImmediate: (work: () => void) => void };

async function pass(ms: number): Promise<void> {
  // The database in memory answers between timers, not by them.
  for (let passed = 0; passed < ms; passed += 100) {
    await vi.advanceTimersByTimeAsync(100);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

test.each(Array.from({ length: 40 }, (_, index) => index + 1))("in any weather, everything written is there once and in one order (seed %i)", { timeout: 30_000 }, async (seed) => {
  hub = new Hub(random(seed));
  const clients = ["ana", "ben"].map(makeClient);
  for (const client of clients) void client.start();
  await pass(500);
  const written: string[] = [];
  hub.loss = 0.35;
  for (let step = 0; step < 25; step++) {
    const dice = hub.next();
    const who = Math.floor(hub.next() * clients.length);
    if (dice < 0.6) {
      const text = `${clients[who]!.me.name} ${step}`;
      written.push(text);
      void clients[who]!.send("c", text);
    } else if (dice < 0.75) [...hub.sockets][0]?.cut();
    else if (dice < 0.85) {
      // The page is reloaded: only what is on disk is left.
      clients[who]!.stop();
      clients[who] = makeClient(clients[who]!.me.name);
      void clients[who]!.start();
    } else window.dispatchEvent(new Event("pageshow"));
    await pass(hub.next() * 3_000);
  }
  hub.loss = 0;
  await pass(130_000);
  expect(written.length).toBeGreaterThan(5);
  expect(hub.log.map(({ text }) => text).sort()).toEqual([...written].sort());
  for (const name of ["ana", "ben"]) {
    const own = written.filter((text) => text.startsWith(name));
    expect(hub.log.filter(({ owner }) => owner === name).map(({ text }) => text).sort()).toEqual([...own].sort());
  }
  for (const client of clients) {
    const conversation = client.get("c")!;
    expect(conversation.events.map(({ seq, text }) => `${seq} ${text}`)).toEqual(hub.log.map(({ seq, text }) => `${seq} ${text}`));
    expect(conversation.pending).toEqual([]);
    expect(client.connection).toBe("online");
    client.stop();
  }
});

test("what is written before the device's storage answers is sent as soon as it does", async () => {
  hub = new Hub(random(1));
  const client = makeClient("ana");
  const answers: (() => void)[] = [];
  const factory = indexedDB;
  vi.stubGlobal("indexedDB", {
    open: (name: string, version: number) => {
      const request = {} as IDBOpenDBRequest;
      answers.push(() => Object.assign(factory.open(name, version), request));
      return request;
    },
  });
  void client.start();
  void client.send("c", "At once");
  await pass(1_000);
  expect(client.get("c")!.pending).toMatchObject([{ text: "At once", phase: "sending" }]);
  expect(hub.log).toEqual([]);
  for (const answer of answers) answer();
  await pass(1_000);
  expect(hub.log.map(({ text }) => text)).toEqual(["At once"]);
  expect(client.get("c")!.pending).toEqual([]);
  client.stop();
});

test("what is written last is stored before the conversation is ended", async () => {
  hub = new Hub(random(1));
  const client = makeClient("ana");
  void client.start();
  void client.send("c", "Goodbye");
  const ended = client.end("c");
  await pass(10_000);
  expect(await ended).toBeNull();
  expect(hub.log).toMatchObject([{ text: "Goodbye" }]);
  expect(hub.lengthAtEnd).toBe(1);
  client.stop();
});
