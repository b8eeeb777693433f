import { expect, test } from "vitest";

import type { Caller } from "./board";
import { type Place, takes } from "./dragging";

const caller = (more: Partial<Caller>): Caller => ({ key: "a", number: "1003", position: 1, agent: "", callback: false, ...more }) as Caller;
const places: Place[] = [
  { kind: "position", number: "6500", position: 1 },
  { kind: "position", number: "6500", position: 2 },
  { kind: "position", number: "6501", position: 2 },
  { kind: "queue", number: "6500" },
  { kind: "queue", number: "6501" },
  { kind: "agent", number: "1000" },
  { kind: "agent", number: "1001" },
];
const taking = (dragged: Caller): string[] => places.filter((place) => takes({ caller: dragged, queue: "6500" }, place)).map(({ kind, number }) => `${kind} ${number}`);

test("who waits goes to another place of the own line, to another queue, or to an agent", () => {
  expect(taking(caller({}))).toEqual(["position 6500", "queue 6501", "agent 1000", "agent 1001"]);
});

test("who talks goes to another agent, or into any queue", () => {
  expect(taking(caller({ agent: "1000" }))).toEqual(["queue 6500", "queue 6501", "agent 1001"]);
});

test("who is to be called back is only moved in the line", () => {
  expect(taking(caller({ callback: true }))).toEqual(["position 6500"]);
});
