import { describe, expect, it } from "vitest";

import { after, type CallEvent, type Calls, dialled, incomingFrom, partnerOf, spoken } from "./call";

const began = (id: string, outgoing: boolean, consultsFor: string | null = null): CallEvent => ({ kind: "began", id, outgoing, number: `10${id}`, name: "", consultsFor });
const run = (...events: CallEvent[]): Calls => events.reduce(after, [] as Calls);

describe("the calls of a softphone", () => {
  it("ring before they are answered", () => {
    expect(run(began("1", true))[0]?.phase).toBe("calling");
    expect(run(began("1", true), { kind: "ringing", id: "1" })[0]?.phase).toBe("ringing");
    const talking = run(began("1", true), { kind: "ringing", id: "1" }, { kind: "answered", id: "1", now_ms: 5 });
    expect(talking[0]).toMatchObject({ phase: "talking", answered_ms: 5 });
    expect(after(talking, { kind: "ringing", id: "1" })).toEqual(talking);
    expect(after(talking, { kind: "answered", id: "1", now_ms: 9 })).toEqual(talking);
  });

  it("change no more once they are over", () => {
    const over = run(began("1", false), { kind: "over", id: "1", ending: "cancelled" });
    expect(after(over, { kind: "answered", id: "1", now_ms: 1 })).toEqual(over);
    expect(after(over, { kind: "dismissed", id: "1" })).toEqual([]);
  });

  it("are answered for a number only where they ring with it", () => {
    const calls = run(began("1", false), { ...began("2", false), number: "anonymous" } as CallEvent, began("3", true));
    expect(incomingFrom(calls, "101")?.id).toBe("1");
    expect(incomingFrom(calls, "")?.id).toBe("2");
    expect(incomingFrom(calls, "103")).toBeNull(); // one's own call
    expect(incomingFrom(run(began("1", false)), "102")).toBeNull(); // not the only one there is
  });

  it("show who is there, also after a transfer", () => {
    const calls = run(began("1", true), { kind: "answered", id: "1", now_ms: 1 }, { kind: "connected", id: "1", number: "205", name: "Bob" });
    expect(calls[0]).toMatchObject({ number: "205", name: "Bob", phase: "talking" });
    expect(after(calls, { kind: "connected", id: "1", number: "205", name: "" })[0]).toMatchObject({ number: "205", name: "Bob" });
    expect(after(calls, { kind: "connected", id: "1", number: "anonymous", name: "" })[0]).toMatchObject({ number: "anonymous", name: "" });
  });

  it("are held by either side", () => {
    const calls = run(began("1", true), { kind: "answered", id: "1", now_ms: 1 }, { kind: "held", id: "1", byPeer: false, on: true }, { kind: "held", id: "1", byPeer: true, on: true });
    expect(calls[0]).toMatchObject({ held: true, heldByPeer: true });
  });

  it("have one that is heard", () => {
    const waiting = run(began("1", false), { kind: "answered", id: "1", now_ms: 1 }, began("2", false));
    expect(spoken(waiting)?.id).toBe("1");
    const swapped = [{ kind: "held", id: "1", byPeer: false, on: true } as const, { kind: "answered", id: "2", now_ms: 2 } as const].reduce(after, waiting);
    expect(spoken(swapped)?.id).toBe("2");
    expect(spoken(run(began("3", false)))).toBeNull();
  });

  it("are handed to the one that was asked first", () => {
    const calls = run(began("1", false), { kind: "answered", id: "1", now_ms: 1 }, began("2", false), { kind: "answered", id: "2", now_ms: 2 }, began("3", true, "2"), { kind: "answered", id: "3", now_ms: 3 });
    expect(partnerOf(calls, calls[2]!)?.id).toBe("2");
    expect(partnerOf(calls, calls[0]!)?.id).toBe("2");
    expect(partnerOf(run(began("1", true)), run(began("1", true))[0]!)).toBeNull();
  });
});

describe("what is dialled", () => {
  it("is what was meant", () => {
    expect(dialled(" +351 (21) 123-45.67 ")).toBe("+351211234567");
    expect(dialled("*43")).toBe("*43");
    expect(dialled("sip:1001@pbx.example")).toBe("1001");
    expect(dialled("tel:+351211234567")).toBe("+351211234567");
    expect(dialled("")).toBe("");
    expect(dialled("who?")).toBe("");
  });
});
