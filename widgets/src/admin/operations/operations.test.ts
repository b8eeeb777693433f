import { expect, test } from "vitest";

import { actionWords, operationWords, subjectOf, whoWords } from "./operations";

test("known actions are told in words, unknown ones as they are", () => {
  expect(actionWords("extension.add")).toBe("Extension: added");
  expect([actionWords("agent.free"), actionWords("queue_caller.move")]).toEqual(["Queue agent: freed", "Caller: moved"]);
  expect([actionWords("call.mute"), actionWords("conference.mute")]).toEqual(["Call: muted", "Conference: participant muted"]);
  expect(actionWords("livechat.quick_reply.add")).toBe("Live Chat: quick reply added");
  expect(actionWords("telegram.sent_twice")).toBe("telegram: sent twice");
  expect(actionWords("restart")).toBe("restart");
});

test("objects are told by what people know them by", () => {
  expect(subjectOf("extension:1000", {})).toBe("1000");
  expect(subjectOf("extension:1000", { name: "Ana Costa" })).toBe("1000 Ana Costa");
  expect(subjectOf("livechat:0190f4", { name: "Shop" })).toBe("Shop");
});

test("the server itself has no name", () => {
  expect(whoWords("system:")).toBe("The server itself");
  expect(whoWords("admin:root")).toBe("root");
});

test("what a program has done is marked", () => {
  expect(operationWords("extension.add", "api:crm")).toBe("Extension: added (API)");
  expect(operationWords("extension.add", "admin:root")).toBe("Extension: added");
});
