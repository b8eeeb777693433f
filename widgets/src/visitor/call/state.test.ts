import { describe, expect, it } from "vitest";
import { after, type CallEvent, type CallState, isUp } from "./state";

const told = (more: object): CallEvent => ({ type: "told", told: { call: "c1", conversation: "x", ...more }, nowMs: 5_000 });
const run = (...events: CallEvent[]): CallState => events.reduce<CallState | null>(after, null)!;

describe("a visitor's call", () => {
  it("is asked for, offered, rings and is answered", () => {
    const talking = run({ type: "asked" }, { type: "offered" }, told({ state: "ringing" }), told({ state: "answered", agent: { id: "1000", name: "Ana" } }));
    expect(talking).toMatchObject({ phase: "talking", call: "c1", agent: "Ana", answeredMs: 5_000 });
  });

  it("keeps the moment of its answer, and stays recorded", () => {
    const first = run({ type: "asked" }, { type: "offered" }, told({ state: "answered", recorded: true }));
    const later = after(first, { type: "told", told: { call: "c1", conversation: "x", state: "answered", recorded: false }, nowMs: 9_000 });
    expect(later).toMatchObject({ answeredMs: 5_000, recorded: true });
  });

  it("is over without a microphone, and says why", () => {
    const over = run({ type: "asked" }, { type: "missing", why: "refused" });
    expect(over).toMatchObject({ phase: "over", missing: "refused" });
    expect(isUp(over)).toBe(false);
  });

  it("hears nothing once it is over, until another begins", () => {
    const over = run({ type: "asked" }, { type: "offered" }, { type: "over", reason: "hung_up" });
    expect(after(over, told({ state: "answered" }))).toBe(over);
    expect(after(over, { type: "asked" })).toMatchObject({ phase: "asking", reason: "" });
  });
});
