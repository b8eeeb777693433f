import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Api, ApiError } from "./api";
import { PIECE_BYTES, upload } from "./upload";
import { Uploads } from "./uploads";
import type { Entry } from "./outbox";

/** A server that keeps what arrives, and a line that does what each piece is told. */
class Line {
  received = 0;
  announced: string[] = [];
  pieces: [number, number][] = [];
  removed: string[] = [];
  refusal: ApiError | null = null;
  /** For each request in turn: how many bytes arrive before it breaks; null: all of it. */
  breaks: (number | null)[] = [];

  constructor(readonly length: number) {}

  api = {
    post: async (_: string, body: { client_id: string }) => {
      this.announced.push(body.client_id);
      if (this.refusal) throw this.refusal;
      return this.view();
    },
    delete: async (path: string) => void this.removed.push(path),
    headers: () => ({}),
  } as unknown as Api;

  view() {
    return { id: "f1", name: "a", size: this.length, type: "", state: this.received === this.length ? "stored" : "uploading", offset: this.received, length: this.length };
  }
}

let line: Line;

class Request {
  upload: { onprogress?: (event: { loaded: number }) => void; onload?: () => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  status = 0;
  response: unknown = null;
  #offset = 0;
  open(): void {}
  setRequestHeader(name: string, value: string): void {
    if (name === "Upload-Offset") this.#offset = Number(value);
  }
  getResponseHeader(): null {
    return null;
  }
  abort(): void {
    this.onabort?.();
  }
  send(piece: Blob): void {
    const broken = line.breaks.shift();
    if (broken === -1) return; // nothing is heard of it any more
    const arrives = Math.min(piece.size, broken ?? piece.size);
    setTimeout(() => {
      if (this.#offset !== line.received) {
        this.status = 409;
        this.response = { error: { code: "wrong_offset", message: "" } };
        return this.onload?.();
      }
      line.pieces.push([this.#offset, arrives]);
      line.received += arrives;
      this.upload.onprogress?.({ loaded: arrives });
      if (broken !== undefined && broken !== null) return this.onerror?.();
      this.upload.onload?.();
      this.status = 200;
      this.response = line.view();
      this.onload?.();
    }, 10);
  }
}

const run = (signal = new AbortController().signal, told: number[] = [], troubles: string[] = []) =>
  upload({ api: line.api, key: "k", name: "a", data: new Blob([new Uint8Array(line.length)]), onProgress: (bytes) => told.push(bytes), onTrouble: ({ code }) => troubles.push(code), signal });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("XMLHttpRequest", Request);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a file goes in pieces of a megabyte", async () => {
  line = new Line(2.5 * PIECE_BYTES);
  const told: number[] = [];
  const done = run(undefined, told);
  await vi.runAllTimersAsync();
  expect((await done).state).toBe("stored");
  expect(line.pieces).toEqual([
    [0, PIECE_BYTES],
    [PIECE_BYTES, PIECE_BYTES],
    [2 * PIECE_BYTES, PIECE_BYTES / 2],
  ]);
  expect(told.at(-1)).toBe(line.length);
  expect([...told].sort((a, b) => a - b)).toEqual(told);
});

test("after a break it goes on where the server says, not where it believed to be", async () => {
  line = new Line(2 * PIECE_BYTES);
  line.breaks = [1000, 0, null];
  const troubles: string[] = [];
  const done = run(undefined, [], troubles);
  await vi.runAllTimersAsync();
  await done;
  expect(line.pieces).toEqual([
    [0, 1000],
    [1000, 0],
    [1000, PIECE_BYTES],
    [1000 + PIECE_BYTES, PIECE_BYTES - 1000],
  ]);
  expect(new Set(line.announced)).toEqual(new Set(["k"]));
  expect(troubles).toEqual(["network", "network"]);
});

test("a line on which nothing moves is given up and tried anew", async () => {
  line = new Line(1000);
  line.breaks = [-1, null];
  const done = run();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(line.announced).toHaveLength(1);
  await vi.runAllTimersAsync();
  expect((await done).offset).toBe(1000);
  expect(line.announced).toHaveLength(2);
});

test("a refusal is final, patience is not", async () => {
  line = new Line(1000);
  line.refusal = new ApiError(413, "too_large", "at most 1 MB");
  await expect(run()).rejects.toThrow("at most 1 MB");
  expect(line.announced).toHaveLength(1);

  line.refusal = new ApiError(503, "unavailable", "");
  const done = run();
  await vi.advanceTimersByTimeAsync(5_000);
  line.refusal = null;
  await vi.runAllTimersAsync();
  expect((await done).state).toBe("stored");

  line = new Line(1000);
  line.refusal = new ApiError(429, "too_many", "in an hour", {}, 3600);
  await expect(run()).rejects.toThrow("in an hour");
});

const entry = (clientId: string): Entry => ({ clientId, conversation: "c", text: "", atMs: 0, action: "send", file: { name: "a", data: new Blob([new Uint8Array(line.length)]) } });

function queue() {
  const heard: string[] = [];
  const uploads = new Uploads(line.api, {
    progress: () => undefined,
    arrived: async (each, id) => void heard.push(`${each.clientId} arrived ${id}`),
    refused: (each, error) => heard.push(`${each.clientId} refused ${error.code}`),
    late: (each) => heard.push(`${each.clientId} late`),
  });
  return { uploads, heard };
}

test("files are brought one after another; each is told when it is there", async () => {
  line = new Line(1000);
  const { uploads, heard } = queue();
  expect(await uploads.take(entry("1"))).toBe(true);
  expect(await uploads.take(entry("1"))).toBe(false);
  await uploads.take(entry("2"));
  expect(line.announced).toEqual(["1"]);
  await vi.runAllTimersAsync();
  expect(heard).toEqual(["1 arrived f1", "2 arrived f1"]);
  expect(uploads.holds("1")).toBe(false);
});

test("a file that is given up is removed from the server, and the next one goes", async () => {
  line = new Line(1000);
  line.breaks = [-1, null];
  const { uploads, heard } = queue();
  await uploads.take(entry("1"));
  await uploads.take(entry("2"));
  await vi.advanceTimersByTimeAsync(100);
  uploads.cancel("1");
  await vi.runAllTimersAsync();
  expect(line.removed).toEqual(["/v1/files/f1"]);
  expect(heard).toEqual(["2 arrived f1"]);
});

test("a page that goes away removes nothing", async () => {
  line = new Line(1000);
  line.breaks = [-1];
  const { uploads, heard } = queue();
  await uploads.take(entry("1"));
  await vi.advanceTimersByTimeAsync(100);
  uploads.stop();
  await vi.runAllTimersAsync();
  expect(line.removed).toEqual([]);
  expect(heard).toEqual([]);
});
