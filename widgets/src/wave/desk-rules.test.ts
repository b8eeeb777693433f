import { describe, expect, test } from "vitest";

import { after as conversationAfter, empty } from "../shared/conversation";
import type { Me, WireEvent } from "../shared/wire";
import { browserName } from "./browser-name";
import { after, arrived, type Inquiry } from "./inquiries";
import { lines, preview } from "./lines";

const me: Me = { who: "user:1000", kind: "user", id: "1000", name: "Ana Costa" };

function inquiry(conversation: string, waiting_ms: number): Inquiry {
  return {
    conversation,
    number: 1,
    livechat: { id: "l", name: "Demo" },
    visitor: { id: "v", name: "Maria", email: "", phone: "", language: "en", verified: false, returning: false },
    queued_at: "2026-01-01T00:00:00Z",
    waiting_ms,
    position: 1,
    epoch: 0,
    page_url: "",
    preview: "",
  };
}

function event(seq: number, author: WireEvent["author"], text: string, kind: WireEvent["kind"] = "message"): WireEvent {
  return { conversation: "c", seq, prev: seq - 1, kind, author, at: `2026-01-01T00:00:${String(seq).padStart(2, "0")}Z`, text };
}

const ana = { kind: "agent", id: "1000", name: "Ana Costa" } as const;
const maria = { kind: "visitor", id: "v", name: "Maria" } as const;

function conversationOf(...events: WireEvent[]) {
  return conversationAfter(empty("c"), { type: "page", after: 0, page: { events, head: events.length, more: false } }, me);
}

describe("inquiries", () => {
  test("stand in the order of waiting, whatever order they are told in", () => {
    let list = after([], { kind: "listed", inquiries: [inquiry("young", 1_000)], now_ms: 10_000 });
    list = after(list, { kind: "told", inquiry: inquiry("old", 9_000), now_ms: 11_000 });
    expect(list.map((each) => each.conversation)).toEqual(["old", "young"]);
  });

  test("told twice are there once, and only the first time is news", () => {
    const before = after([], { kind: "told", inquiry: inquiry("a", 0), now_ms: 0 });
    const now = after(before, { kind: "told", inquiry: inquiry("a", 500), now_ms: 500 });
    expect(now).toHaveLength(1);
    expect(arrived(before, now)).toEqual([]);
    expect(arrived([], now)).toHaveLength(1);
  });

  test("leave when they are gone", () => {
    const list = after([], { kind: "told", inquiry: inquiry("a", 0), now_ms: 0 });
    expect(after(list, { kind: "gone", conversation: "a" })).toEqual([]);
  });
});

describe("the log", () => {
  test("names an author once per run", () => {
    const drawn = lines(conversationOf(event(1, maria, "a"), event(2, maria, "b"), event(3, ana, "c")), me, null);
    expect(drawn.flatMap((line) => ("first" in line ? [line.first] : []))).toEqual([true, false, true]);
  });

  test("sets a note apart from the same author's messages", () => {
    const drawn = lines(conversationOf(event(1, ana, "a"), event(2, ana, "b", "note")), me, null);
    expect(drawn.map((line) => line.kind)).toEqual(["day", "message", "note"]);
    expect(drawn.flatMap((line) => ("first" in line ? [line.first] : []))).toEqual([true, true]);
  });

  test("draws the line of what is new before the first message of others that was not read", () => {
    const drawn = lines(conversationOf(event(1, maria, "a"), event(2, ana, "b"), event(3, maria, "c")), me, 1);
    expect(drawn.map((line) => line.kind)).toEqual(["day", "message", "message", "new", "message"]);
  });

  test("a file is somebody's message; taken back it is none", () => {
    const file = { id: "f", name: "photo.jpg", size: 5, type: "image/jpeg", thumb: true };
    const sent = { ...event(1, maria, "", "file"), file };
    const taken = { ...event(2, maria, "", "file"), deleted: 3 };
    const drawn = lines(conversationOf(sent, taken), me, null).flatMap((line) => ("file" in line ? [[line.file?.name, line.text, line.deleted]] : []));
    expect(drawn).toEqual([
      ["photo.jpg", "File: photo.jpg", false],
      [undefined, "This message was deleted.", true],
    ]);
    expect(preview(conversationOf(sent), me)).toBe("File: photo.jpg");
  });

  test("previews on one line who wrote last", () => {
    expect(preview(conversationOf(event(1, ana, "two\nlines")), me)).toBe("You: two lines");
    expect(preview(conversationOf(event(1, maria, "hello")), me)).toBe("hello");
  });
});

describe("browsers", () => {
  test("are named with their system", () => {
    expect(browserName("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36 Edg/149.0.0.0")).toBe("Edge 149 · Windows");
    expect(browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1")).toBe("Safari 19 · iOS");
    expect(browserName("curl/8.5")).toBe("curl/8.5");
  });
});
