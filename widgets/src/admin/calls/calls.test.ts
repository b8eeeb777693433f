import { expect, test } from "vitest";

import { actionWords, type LiveCall, partyOf, standingOf, verifiedWords, wentOf } from "./calls";

const leg = (role: "caller" | "called", state: "calling" | "ringing" | "up" | "held") => ({ channel: "", leg: "", party: "", name: "", trunk: "", action: "", role, state });
const live = (answered: boolean, ...legs: LiveCall["legs"]): LiveCall => ({ id: "", started_at: "", answered_at: answered ? "2026-11-26T10:00:00Z" : null, direction: "internal", caller: "", caller_name: "", callee: "", recorded: false, legs });

test("a leg that another phone answered is no missed call", () => {
  expect(wentOf({ disposition: "no_answer", reason: "answered_elsewhere" }).words).toBe("Answered elsewhere");
  expect(wentOf({ disposition: "no_answer", reason: "" }).words).toBe("No answer");
  expect(wentOf({ disposition: "odd", reason: "" }).tone).toBe("bad");
});

test("an action names its owner, where that says something", () => {
  expect(actionWords("ring_group", "6400")).toBe("Ring group 6400");
  expect(actionWords("dial", "1002")).toBe("Dialled");
  expect(actionWords("take_over", "")).toBe("Picked up");
  expect(actionWords("new_thing", "")).toBe("new thing");
});

test("who hides the number is called anonymous", () => {
  expect([partyOf("1001", "Ben"), partyOf("", "")]).toEqual(["1001 Ben", "Anonymous"]);
});

test("a live call talks, holds or rings", () => {
  expect(standingOf(live(true, leg("caller", "up"), leg("called", "up"))).words).toBe("Talking");
  expect(standingOf(live(true, leg("caller", "held"), leg("called", "up"))).words).toBe("On hold");
  const slot = { ...leg("caller", "up"), role: "service" as const, party: "701", action: "parking" };
  expect(standingOf(live(true, leg("caller", "up"), slot)).words).toBe("Parked at 701");
  expect(standingOf(live(false, leg("caller", "calling"), leg("called", "ringing"), leg("called", "calling"))).words).toBe("Ringing at 2 phones");
});

test("a caller is verified, or not, or nobody asked", () => {
  expect(verifiedWords({ verstat: "TN-Validation-Passed", attest: "A" })).toBe("Verified, attestation A");
  expect(verifiedWords({ verstat: "No-TN-Validation", attest: "" })).toBe("Not signed");
  expect(verifiedWords({ verstat: "", attest: "" })).toBe("");
});
