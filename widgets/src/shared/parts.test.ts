import { afterEach, describe, expect, test } from "vitest";
import { contrast, parse, readable } from "../visitor/theme";
import { install, nt, pt, t } from "./i18n";
import { newId } from "./ids";
import { linkify } from "./linkify";
import { retryDelayMs } from "./socket";

describe("identifiers", () => {
  test("are UUIDs of version 7 that sort by their moment", () => {
    const early = newId(1_700_000_000_000);
    const late = newId(1_700_000_000_001);
    expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(early < late).toBe(true);
    expect(parseInt(early.replace("-", "").slice(0, 12), 16)).toBe(1_700_000_000_000);
  });
});

describe("languages", () => {
  afterEach(() => install(null));

  test("English needs no catalogue", () => {
    expect(t("Hello {name}", { name: "Ana" })).toBe("Hello Ana");
    expect(nt("{n} line", "{n} lines", 1)).toBe("1 line");
    expect(nt("{n} line", "{n} lines", 3)).toBe("3 lines");
  });

  test("a catalogue gives forms, contexts and falls back by message", () => {
    install({ lang: "pl", dir: "ltr", plural: (n) => (n === 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && !(n % 100 >= 12 && n % 100 <= 14) ? 1 : 2), m: { "{n} line": ["{n} linia", "{n} linie", "{n} linii"], "verb\u0004Open": "Otwórz" } });
    expect([1, 3, 15].map((n) => nt("{n} line", "{n} lines", n))).toEqual(["1 linia", "3 linie", "15 linii"]);
    expect(pt("verb", "Open")).toBe("Otwórz");
    expect(t("Send")).toBe("Send");
  });

  test("a place that nobody fills is left as it is", () => {
    expect(t("Hello {name}", {})).toBe("Hello {name}");
  });
});

describe("links in people's text", () => {
  const links = (text: string): string[] => linkify(text).flatMap((part) => (typeof part === "string" ? [] : [part.href]));

  test.each([
    ["see https://example.test/a?b=1.", ["https://example.test/a?b=1"]],
    ["(www.example.test)", ["https://www.example.test/"]],
    ["https://example.test/a_(b)", ["https://example.test/a_(b)"]],
    ["write to ana@example.test, please", ["mailto:ana@example.test"]],
    ["javascript:alert(1)", []],
    ["data:text/html,<script>", []],
    ["<script>alert(1)</script>", []],
    ["http://", []],
  ])("%s", (text, expected) => {
    expect(links(text)).toEqual(expected);
    expect(linkify(text).map((part) => (typeof part === "string" ? part : part.text)).join("")).toBe(text);
  });
});

describe("the theme", () => {
  test("any colour becomes readable on light and on dark paper", () => {
    for (const color of ["#ffff00", "#000000", "#ffffff", "#1b5fd9", "#ff0000", "#808080"]) {
      expect(contrast(readable(parse(color)!, [255, 255, 255], [0, 0, 0]), [255, 255, 255])).toBeGreaterThan(4.5);
      expect(contrast(readable(parse(color)!, [29, 33, 40], [255, 255, 255]), [29, 33, 40])).toBeGreaterThan(4.5);
    }
  });

  test("what is no colour is no colour", () => {
    expect(parse("red;background:url(x)")).toBeNull();
  });
});

test("attempts to connect are 1, 2, 4, 8, 15 seconds apart, give or take 30 %, for ever", () => {
  expect([0, 1, 2, 3, 4, 5, 100].map((attempt) => retryDelayMs(attempt, 0.5))).toEqual([1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  expect(retryDelayMs(0, 0)).toBeCloseTo(700);
  expect(retryDelayMs(0, 1)).toBeCloseTo(1300);
});
