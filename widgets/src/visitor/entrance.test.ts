/** One browser, several people one after another: nobody is shown, or left with, what is somebody else's. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Config, Session } from "./config";
import type { Filled } from "./form";

vi.mock("./whence", () => ({ whence: () => ({}) }));
const { embed } = vi.hoisted(() => ({ embed: { identified: {} as { jwt?: string }, forgetIdentity: () => undefined, tellHost: () => undefined } }));
vi.mock("./embed", () => embed);
const { Entrance } = await import("./entrance");

type Answer = { status: number; body?: unknown };
interface Request {
  what: string;
  token: string | null;
  answer: (answer: Answer) => void;
}

const config = { public_id: "demo", language: "en", offline: null, signed_identity: false } as Config;
const filled: Filled = { full_name: "Ana", email: "", phone: "", consent: true, text: "Hi", answers: {} };
const session = (token: string): Session => ({ token, conversation: `chat of ${token}`, state: "queued", position: 1, attended: true, visitor: { id: token, name: "" } });
const jwt = (sub: string, more = ""): string => `head.${btoa(JSON.stringify({ sub, more }))}.signature`;
const recognised = (token: string): Answer => ({ status: 200, body: { details: {}, visitor: null, token, session: session(token) } });
const Chat = (): null => null;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

let requests: Request[];
let kept: Map<string, string>;
let modules: (() => void)[];

beforeEach(() => {
  requests = [];
  modules = [];
  kept = new Map();
  const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value), removeItem: (name: string) => void kept.delete(name) };
  vi.stubGlobal("localStorage", storage);
  vi.stubGlobal("indexedDB", { databases: async () => [] });
  vi.stubGlobal("fetch", (path: string, init: { method: string; headers: Record<string, string> }) => {
    const token = init.headers["Authorization"]?.replace("Bearer ", "") ?? null;
    return new Promise<Response>((resolve) => {
      const answer = ({ status, body }: Answer): void => resolve(new Response(body === undefined ? null : JSON.stringify(body), { status }));
      requests.push({ what: `${init.method} ${path.split("/").pop()}`, token, answer });
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
  embed.identified = {};
  vi.unstubAllGlobals();
});

/** Answer the oldest request of a kind. */
async function answer(what: string, told: Answer): Promise<Request> {
  await settled();
  const index = requests.findIndex((each) => each.what === what);
  expect(index, `${what} among ${requests.map((each) => each.what).join()}`).toBeGreaterThanOrEqual(0);
  const [request] = requests.splice(index, 1);
  request!.answer(told);
  await settled();
  return request!;
}

const opened = (late = false): InstanceType<typeof Entrance> => new Entrance(config, () => (late ? new Promise((resolve) => modules.push(() => resolve({ Chat, Waiting: Chat }))) : Promise.resolve({ Chat, Waiting: Chat })), () => undefined);
const shown = (entrance: InstanceType<typeof Entrance>): string => (entrance.view.name === "chat" ? entrance.view.session.conversation : entrance.view.name);

test("a chat that begins after its visitor has logged out is nobody's", async () => {
  const entrance = opened();
  void entrance.start(filled);
  entrance.logOut();
  const identified = entrance.identify(jwt("b"));
  await answer("POST sessions", { status: 201, body: session("a") });
  expect(kept.get("engage-token:demo")).toBeUndefined();
  expect((await answer("DELETE session", { status: 204 })).token).toBe("a");
  await answer("POST identity", recognised("b"));
  await identified;
  expect(shown(entrance)).toBe("chat of b");
  expect(kept.get("engage-token:demo")).toBe("b");
});

test("a chat whose script comes after its visitor has logged out is not shown", async () => {
  const entrance = opened(true);
  void entrance.start(filled);
  await answer("POST sessions", { status: 201, body: session("a") });
  entrance.logOut();
  modules.forEach((arrive) => arrive());
  await settled();
  expect(shown(entrance)).toBe("form");
});

test("a message sent by somebody who has gone says nothing to the next", async () => {
  const entrance = opened();
  const sent = entrance.leaveMessage(filled);
  entrance.logOut();
  await answer("POST messages", { status: 201, body: { number: 1 } });
  await sent;
  expect([shown(entrance), kept.get("engage-start:demo")]).toEqual(["form", undefined]);
});

test("where storage is denied, nobody's chat is looked for before the server has forgotten the last one", async () => {
  vi.stubGlobal("localStorage", undefined);
  const entrance = opened();
  entrance.logOut();
  void entrance.find();
  await answer("DELETE session", { status: 503 });
  expect([shown(entrance), requests.length]).toEqual(["unreachable", 0]);
  void entrance.find();
  await answer("DELETE session", { status: 204 });
  await answer("GET session", { status: 404 });
  expect(shown(entrance)).toBe("form");
});

test("whoever is named again keeps their chat, and nobody is asked", async () => {
  const entrance = opened();
  void entrance.identify(jwt("a"));
  await answer("POST identity", recognised("a"));
  const { view } = entrance;
  await entrance.identify(jwt("a", "a newer token"));
  expect(requests).toEqual([]);
  expect(entrance.view).toBe(view);
});

test("a chat begun without a name stays until its visitor is known, and when that cannot be asked", async () => {
  const entrance = opened();
  void entrance.start(filled);
  await answer("POST sessions", { status: 201, body: session("a") });
  void entrance.identify(jwt("a"));
  expect(shown(entrance)).toBe("chat of a");
  await answer("POST identity", { status: 503 });
  expect(shown(entrance)).toBe("chat of a");
  void entrance.identify(jwt("a"));
  await answer("POST identity", recognised("a"));
  expect(shown(entrance)).toBe("chat of a");
});

test("somebody else's name takes the chat away at once", async () => {
  const entrance = opened();
  void entrance.identify(jwt("a"));
  await answer("POST identity", recognised("a"));
  void entrance.identify(jwt("b"));
  expect(shown(entrance)).toBe("loading");
});

test("a server that was away is found again without anybody's doing, and nothing flickers meanwhile", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  kept.set("engage-token:demo", "a");
  const seen: string[] = [];
  const entrance = new Entrance(config, () => Promise.resolve({ Chat, Waiting: Chat }), () => void seen.push(shown(entrance)));
  void entrance.find();
  await vi.advanceTimersByTimeAsync(0);
  for (const told of [{ status: 503 }, { status: 502 }, { status: 200, body: session("a") }]) {
    requests.shift()!.answer(told);
    await vi.advanceTimersByTimeAsync(5_000);
  }
  expect(seen).toEqual(["loading", "unreachable", "unreachable", "chat of a"]);
  expect(requests).toEqual([]);
});

test("another moment that is looked at comes by itself, too, once its script does", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const scripts = [Promise.reject(new Error("away")), Promise.resolve({ Chat, Waiting: Chat })];
  const entrance = new Entrance(config, () => scripts.shift()!, () => undefined, "line");
  await entrance.find();
  expect(shown(entrance)).toBe("unreachable");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(shown(entrance)).toBe("line");
  expect(requests).toEqual([]);
});
