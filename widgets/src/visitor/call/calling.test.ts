/** The calls of two pages of one visitor, and of a page that was loaded anew, against a server of a few lines. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConversationClient } from "../../shared/client";
import { Calling } from "./calling";
import { remember } from "./kept";

type Answer = { ok: boolean; call?: string | null; state?: string; recorded?: boolean; error?: { code: string; message: string } };

class Server {
  asked: { name: string; data: { call?: string } }[] = [];
  answers: (Answer | Promise<Answer>)[] = [];
  #changed = (): void => undefined;
  #hear = new Map<string, (told: object) => void>();

  client = {
    connection: "online",
    on: (name: string, hear: (told: object) => void) => (this.#hear.set(name, hear), () => this.#hear.delete(name)),
    subscribe: (hear: () => void) => ((this.#changed = hear), () => undefined),
    request: async (name: string, data: { call?: string }) => {
      this.asked.push({ name, data });
      return (name === "call_end" ? null : this.answers.shift()) ?? { ok: true, call: "c1", conversation: "x", state: "ringing" };
    },
  } as unknown as ConversationClient;

  tell(name: string, told: object): void {
    this.#hear.get(name)?.({ conversation: "x", ...told });
  }

  connection(connection: "online" | "offline"): void {
    this.client.connection = connection;
    this.#changed();
  }

  names(): string[] {
    return this.asked.map(({ name }) => name);
  }
}

class Connection {
  signalingState = "stable";
  iceConnectionState = "new";
  localDescription: { sdp: string } | null = null;
  addTrack(): void {}
  close(): void {}
  async createOffer(): Promise<object> {
    return {};
  }
  async setLocalDescription(): Promise<void> {
    this.signalingState = "have-local-offer";
    this.localDescription = { sdp: "v=0" };
  }
  async setRemoteDescription(): Promise<void> {
    this.signalingState = "stable";
  }
}

const busy: Answer = { ok: false, error: { code: "call_refused", message: "" } };
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
let openMicrophone: () => Promise<object>;
let server: Server;
let page: Calling;
let stopped: number;

beforeEach(() => {
  vi.useFakeTimers();
  const kept = new Map<string, string>();
  stopped = 0;
  const track = { enabled: true, stop: () => stopped++ };
  openMicrophone = async () => ({ getTracks: () => [track], getAudioTracks: () => [track] });
  vi.stubGlobal("Audio", class {});
  vi.stubGlobal("RTCPeerConnection", Connection);
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => openMicrophone() } });
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
  server = new Server();
  page = new Calling(server.client, "x", false, () => undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a page that has offered nothing hears nothing of another page's call", async () => {
  server.tell("call_state", { call: "other", state: "answered" });
  server.tell("call_end", { call: "other", reason: "hung_up" });
  expect(page.state).toBe(null);
});

test("a page with a call of its own is not told of another one's", async () => {
  await page.call();
  server.tell("call_state", { call: "other", state: "answered" });
  server.tell("call_end", { call: "other", reason: "hung_up" });
  expect(page.state).toMatchObject({ phase: "ringing", call: "c1" });
  server.tell("call_end", { call: "c1", reason: "hung_up" });
  expect(page.state).toMatchObject({ phase: "over", reason: "hung_up" });
});

test("what comes before the call has a name is heard once it has, as far as it is this call's", async () => {
  let acknowledge!: (answer: Answer) => void;
  server.answers = [new Promise((resolve) => (acknowledge = resolve))];
  const calling = page.call();
  await settle();
  server.tell("call_end", { call: "other", reason: "hung_up" });
  server.tell("call_state", { call: "c1", state: "answered" });
  expect(page.state!.phase).toBe("calling");
  acknowledge({ ok: true, call: "c1", state: "ringing" });
  await calling;
  expect(page.state).toMatchObject({ phase: "talking", call: "c1" });
});

test("hanging up names the call, and leaves another page's alone while there is none", async () => {
  let open!: (stream: object) => void;
  openMicrophone = () => new Promise((resolve) => (open = resolve));
  const calling = page.call();
  page.hangUp();
  open({ getTracks: () => [], getAudioTracks: () => [] });
  await calling;
  expect(server.names()).toEqual([]);
  openMicrophone = async () => ({ getTracks: () => [], getAudioTracks: () => [] });
  await page.call();
  page.hangUp();
  expect(server.asked.at(-1)).toEqual({ name: "call_end", data: { conversation: "x", call: "c1" } });
});

test("after a reload a session that is not taken is offered again", async () => {
  remember("x", { call: "c1", answeredMs: 1, muted: false });
  server.answers = [{ ok: true, call: "c1", state: "answered" }, busy, busy, { ok: true, call: "c1", state: "answered" }];
  await page.resume();
  expect(page.state!.phase).toBe("talking");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(server.names()).toEqual(["call_state", "call_offer", "call_offer", "call_offer"]);
  expect(page.state!.phase).toBe("talking");
});

test("after a reload a session that is never taken ends the call, and the page says so", async () => {
  remember("x", { call: "c1", answeredMs: 1, muted: false });
  server.answers = [{ ok: true, call: "c1", state: "answered" }, ...Array<Answer>(20).fill(busy)];
  await page.resume();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(server.names().filter((name) => name === "call_offer")).toHaveLength(6);
  expect(server.asked.at(-1)).toEqual({ name: "call_end", data: { conversation: "x", call: "c1" } });
  expect(page.state).toMatchObject({ phase: "over", reason: "failed" });
});

test("a page whose socket is back hears what it has missed, or that the call is over", async () => {
  await page.call();
  server.answers = [{ ok: true, call: "c1", state: "answered", recorded: true }, { ok: true, call: null }];
  server.connection("offline");
  server.connection("online");
  await settle();
  expect(page.state).toMatchObject({ phase: "talking", recorded: true });
  server.connection("offline");
  server.connection("online");
  await settle();
  expect(page.state).toMatchObject({ phase: "over", reason: "hung_up" });
});

test("a page that goes while the microphone is asked for leaves nothing running", async () => {
  let open!: (stream: object) => void;
  openMicrophone = () => new Promise((resolve) => (open = resolve));
  const calling = page.call();
  page.stop();
  open({ getTracks: () => [{ stop: () => stopped++ }], getAudioTracks: () => [] });
  await calling;
  expect(stopped).toBe(1);
  expect(server.names()).toEqual([]);
});

test("a browser without WebRTC says that the call could not be started", async () => {
  vi.stubGlobal("RTCPeerConnection", undefined);
  await page.call();
  expect(page.state).toMatchObject({ phase: "over", reason: "failed" });
  expect(stopped).toBe(1);
  expect(server.names()).toEqual([]);
});

test("a call that the server does not answer could not be started, and is over there too", async () => {
  server.answers = [{ ok: false, error: { code: "unavailable", message: "" } }];
  await page.call();
  expect(page.state).toMatchObject({ phase: "over", reason: "failed" });
  expect(server.names()).toEqual(["call_offer", "call_end"]);
});

test("an offer that fails after its call was hung up leaves the next call alone", async () => {
  let fail!: (why: Error) => void;
  vi.stubGlobal(
    "RTCPeerConnection",
    class extends Connection {
      override createOffer = (): Promise<object> => new Promise((_, reject) => (fail = reject));
    },
  );
  const first = page.call();
  await settle();
  page.hangUp();
  vi.stubGlobal("RTCPeerConnection", Connection);
  await page.call();
  fail(new DOMException("closed", "InvalidStateError"));
  await first;
  expect(page.state).toMatchObject({ phase: "ringing", call: "c1" });
});
