import { describe, expect, test } from "vitest";

import { mentionsIn, openMention, splitMentions, suggestions } from "./mentions";

const people = [
  { number: "1001", name: "Ben Osei" },
  { number: "1002", name: "Ben" },
  { number: "1003", name: "Çağla Öz" },
];

describe("mentions", () => {
  test.each([
    ["@Ben Osei, lunch?", ["1001"]],
    ["@ben and @BEN OSEI", ["1002", "1001"]],
    ["(@Çağla Öz)", ["1003"]],
    ["ben@ben.example @Benny @ Ben", []],
    ["@all @all", ["all"]],
  ])("%s names %j", (text, named) => expect(mentionsIn(text, people)).toEqual(named));

  test("the text is whole again when its parts are joined", () => {
    const text = "Hi @Ben Osei and @all!";
    const parts = splitMentions(text, people);
    expect(parts.map((part) => (typeof part === "string" ? part : part.text)).join("")).toBe(text);
    expect(parts.filter((part) => typeof part !== "string")).toHaveLength(2);
  });

  test("a name is being typed after an @ that begins a word", () => {
    expect(openMention("Hi @Be", 6)).toEqual({ from: 3, query: "Be" });
    expect(openMention("@Ben Os", 7)).toEqual({ from: 0, query: "Ben Os" });
    expect(openMention("a@b", 3)).toBeNull();
    expect(openMention("@Ben Osei and then", 18)).toBeNull();
  });

  test("names are offered by any of their words, or by the number", () => {
    expect(suggestions("os", people).map(({ number }) => number)).toEqual(["1001"]);
    expect(suggestions("1003", people).map(({ number }) => number)).toEqual(["1003"]);
    expect(suggestions("", people).map(({ number }) => number)).toEqual(["1001", "1002", "1003", "all"]);
  });
});
