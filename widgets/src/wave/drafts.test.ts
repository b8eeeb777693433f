import { expect, test } from "vitest";

import { readDraft } from "../shared/draft";
import { joined, keepOwnDraft, readOwnDraft } from "./drafts";

const kept = (conversation: string) => readOwnDraft("user:1000", conversation);

test("a note comes back as a note, and never as a message", () => {
  keepOwnDraft("user:1000", "a", { text: "pays late", note: true });
  expect(kept("a")).toEqual({ text: "pays late", note: true });
  expect(readDraft("user:1000", "a")).toBe("");
});

test("what was a message and becomes a note is one text, and nothing is left of what was sent", () => {
  keepOwnDraft("user:1000", "b", { text: "hello", note: false });
  keepOwnDraft("user:1000", "b", { text: "hello", note: true });
  expect(kept("b")).toEqual({ text: "hello", note: true });
  keepOwnDraft("user:1000", "b", { text: "hello", note: false });
  expect(kept("b")).toEqual({ text: "hello", note: false });
  keepOwnDraft("user:1000", "b", { text: "", note: false });
  expect(kept("b")).toEqual({ text: "", note: false });
});

test("a message that comes back to a note that is being written makes no message of it", () => {
  const note = { text: "pays late", note: true };
  const message = { text: "hello", note: false };
  expect(joined(message, note)).toEqual({ text: "hello\npays late", note: true });
  expect(joined(note, message)).toEqual({ text: "pays late\nhello", note: true });
  expect(joined(message, { text: "", note: true })).toEqual(message);
});
