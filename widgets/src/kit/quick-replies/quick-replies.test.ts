import { expect, test } from "vitest";

import { filledIn, matching, openSlash } from "./quick-replies";

const REPLIES = [
  { title: "Opening hours", body: "We are open until six." },
  { title: "Goodbye", body: "Thank you, ${VISITOR_NAME}; our hours are on the page." },
  { title: "Hours on holidays", body: "Closed." },
];

test("a slash opens the list where it begins a word", () => {
  expect(openSlash("/", 1)).toEqual({ from: 0, query: "" });
  expect(openSlash("Hello /good", 11)).toEqual({ from: 6, query: "good" });
  expect(openSlash("/opening ho", 11)).toEqual({ from: 0, query: "opening ho" });
  expect(openSlash("either/or", 9)).toBeNull();
  expect(openSlash("1 / 2", 5)).toBeNull();
  expect(openSlash("https://example.com/path", 24)).toBeNull();
  expect(openSlash("/one\ntwo", 8)).toBeNull();
});

test("only what stands before the caret is searched for", () => {
  expect(openSlash("/hours please", 6)).toEqual({ from: 0, query: "hours" });
});

test("titles that begin so come first, texts that hold it last", () => {
  expect(matching("hours", REPLIES).map((each) => each.title)).toEqual(["Hours on holidays", "Opening hours", "Goodbye"]);
  expect(matching("six open", REPLIES).map((each) => each.title)).toEqual(["Opening hours"]);
  expect(matching("", REPLIES)).toHaveLength(3);
  expect(matching("nothing", REPLIES)).toEqual([]);
});

test("names are filled in once; unknown ones and those in names stay", () => {
  const values = { VISITOR_NAME: "${AGENT_NAME}", AGENT_NAME: "Ana $&" };
  expect(filledIn("Hi ${VISITOR_NAME}, I am ${AGENT_NAME} ${OTHER} $", values)).toBe("Hi ${AGENT_NAME}, I am Ana $& ${OTHER} $");
});
