import { expect, test, vi } from "vitest";

vi.mock("../../shared/i18n", () => ({ t: (text: string) => `${text} (translated)` }));
const { answerWords } = await import("./card");

test("only a checkbox says Yes in the agent's language", () => {
  expect(answerWords({ label: "News", value: "yes", kind: "checkbox" })).toBe("Yes (translated)");
  expect(answerWords({ label: "Topic", value: "yes", kind: "text" })).toBe("yes");
  expect(answerWords({ label: "Topic", value: "yes", kind: "select" })).toBe("yes");
});
