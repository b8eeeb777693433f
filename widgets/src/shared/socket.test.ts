import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Socket, SocketGone, type SocketState } from "./socket";

class FakeWebSocket {
  static all: FakeWebSocket[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  sent: string[] = [];
  closed = false;

  constructor(readonly url: string) {
    FakeWebSocket.all.push(this);
  }

  send(packet: string): void {
    this.sent.push(packet);
  }

  close(): void {
    this.closed = true;
  }

  hear(packet: string): void {
    this.onmessage?.({ data: packet });
  }

  static get last(): FakeWebSocket {
    return FakeWebSocket.all.at(-1)!;
  }
}

function open() {
  const states: string[] = [];
  const events: [string, unknown][] = [];
  const socket = new Socket({
    namespace: "/visitor",
    auth: () => ({ token: "secret" }),
    origin: "http://server",
    onState: (state: SocketState, code) => states.push(code ? `${state} ${code}` : state),
    onEvent: (name, data) => events.push([name, data]),
  });
  socket.open();
  return { socket, states, events };
}

function greet(): FakeWebSocket {
  const wire = FakeWebSocket.last;
  wire.hear('0{"sid":"x","upgrades":[],"pingInterval":20000,"pingTimeout":15000,"maxPayload":65536}');
  wire.hear('40/visitor,{"sid":"y"}');
  return wire;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeWebSocket.all = [];
  vi.stubGlobal("WebSocket", FakeWebSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("connecting", () => {
  test("opens a namespace with its auth over a WebSocket", () => {
    const { states } = open();
    const wire = greet();
    expect(wire.url).toMatch(/^ws:\/\/server\/socket\.io\/\?EIO=4&t=\w+&transport=websocket$/);
    expect(wire.sent).toEqual(['40/visitor,{"token":"secret"}']);
    expect(states).toEqual(["connecting", "open"]);
  });

  test("a typed refusal is final", () => {
    const { states } = open();
    FakeWebSocket.last.hear('0{"sid":"x","pingInterval":20000,"pingTimeout":15000}');
    FakeWebSocket.last.hear('44/visitor,{"message":"refused","data":{"code":"expired"}}');
    expect(states.at(-1)).toBe("refused expired");
    vi.advanceTimersByTime(120_000);
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  test("a lost connection is tried again for ever", () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    const { states } = open();
    greet().onclose!();
    expect(states.at(-1)).toBe("waiting");
    vi.advanceTimersByTime(1_400);
    expect(FakeWebSocket.all).toHaveLength(2);
    expect(states.at(-1)).toBe("connecting");
  });

  test("where WebSockets are blocked, the next attempt polls", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: string) => {
      asked.push(url);
      return new Promise(() => undefined);
    });
    open();
    FakeWebSocket.last.onerror!();
    await vi.advanceTimersByTimeAsync(1_400);
    expect(asked[0]).toMatch(/transport=polling$/);
  });
});

describe("talking", () => {
  test("an acknowledgement answers its own request", async () => {
    const { socket } = open();
    const wire = greet();
    const first = socket.request("send", { text: "a" });
    const second = socket.request("send", { text: "b" });
    expect(wire.sent.slice(1)).toEqual(['42/visitor,0["send",{"text":"a"}]', '42/visitor,1["send",{"text":"b"}]']);
    wire.hear('43/visitor,1[{"ok":true,"seq":2}]');
    wire.hear('43/visitor,0[{"ok":true,"seq":1}]');
    expect(await first).toEqual({ ok: true, seq: 1 });
    expect(await second).toEqual({ ok: true, seq: 2 });
  });

  test("events come with their data, also with commas, brackets and line separators in them", () => {
    const { events } = open();
    greet().hear('42/visitor,["event",{"text":"a,[b]\\n\u2028c"}]');
    expect(events).toEqual([["event", { text: "a,[b]\n\u2028c" }]]);
  });

  test("pings are answered", () => {
    open();
    const wire = greet();
    wire.hear("2");
    expect(wire.sent.at(-1)).toBe("3");
  });

  test("a request that is not answered fails in time, one on a closed socket at once", async () => {
    const { socket } = open();
    greet();
    const late = socket.request("send", {}, 4_000).catch((error: SocketGone) => error.reason);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await late).toBe("timeout");
    socket.close();
    await expect(socket.request("send", {})).rejects.toThrow(SocketGone);
  });

  test("a socket that sends but hears nothing for 25 seconds is torn down", () => {
    const { socket, states } = open();
    const wire = greet();
    socket.request("send", {}, 60_000).catch(() => undefined);
    vi.advanceTimersByTime(24_900);
    expect(wire.closed).toBe(false);
    vi.advanceTimersByTime(200);
    expect(wire.closed).toBe(true);
    expect(states.at(-1)).toBe("waiting");
  });

  test("a silent server is noticed by its missing ping", () => {
    open();
    const wire = greet();
    vi.advanceTimersByTime(35_100);
    expect(wire.closed).toBe(true);
  });
});
