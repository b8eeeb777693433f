import { expect, test } from "vitest";

import { hostOf, stateOf } from "./trunks";

test("a refusal tells its status", () => {
  expect(stateOf({ state: "rejected", status: 403 })).toEqual({ tone: "bad", words: "Rejected (403)" });
  expect(stateOf({ state: "rejected", status: 0 }).words).toBe("Rejected");
});

test("a working trunk is told from one that nobody asks", () => {
  expect(stateOf({ state: "registered", status: 200 }).tone).toBe("good");
  expect(stateOf({ state: "off", status: 0 })).toEqual({ tone: "calm", words: "Not monitored" });
});

test("a port is shown where there is one", () => {
  expect(hostOf({ host: "sip.example.com", port: null })).toBe("sip.example.com");
  expect(hostOf({ host: "192.0.2.1", port: 5080 })).toBe("192.0.2.1:5080");
  expect(hostOf({ host: "2001:db8::1", port: 5060 })).toBe("[2001:db8::1]:5060");
});
