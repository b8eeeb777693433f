import { expect, test } from "vitest";

import { type LeftMessage, mailto, withNews } from "./messages";

const message = (number: number, more: Partial<LeftMessage> = {}): LeftMessage => ({
  conversation: `c${number}`,
  number,
  livechat: { id: "l", name: "Shop & Co" },
  visitor: { id: "v", name: "Vera", email: "vera+shop@example.test", phone: "", language: "en" },
  page_url: "",
  at: "2026-11-26T10:00:00Z",
  text: "Hello?\nAre you there?",
  answered_at: null,
  answered_by: "",
  ...more,
});

test("what waits for an answer stands before what has one, the newest first", () => {
  const listed = withNews([], [message(1), message(2), message(3)]);
  expect(listed.map((each) => each.number)).toEqual([3, 2, 1]);
  const answered = withNews(listed, [message(3, { answered_at: "2026-11-26T11:00:00Z", answered_by: "Ana" })]);
  expect(answered.map((each) => each.number)).toEqual([2, 1, 3]);
});

test("an answer goes to the visitor and quotes what was asked", () => {
  const address = new URL(mailto(message(7)));
  expect(address.pathname).toBe("vera%2Bshop@example.test");
  expect(address.searchParams.get("subject")).toBe("Your message to Shop & Co (#7)");
  expect(address.searchParams.get("body")).toContain("> Hello?\r\n> Are you there?");
});
