import { expect, test } from "vitest";
import { answerTo, check } from "./answered";
import type { CustomField } from "./config";
import type { Filled } from "./form";

const filled: Filled = { full_name: "Ana", email: "", phone: "", consent: true, text: "", answers: {} };
const own = (label: string): CustomField => ({ label, kind: "text", choices: [], required: true });

test.each(["constructor", "toString", "__proto__", "Order number"])("a question may be called %s", (label) => {
  expect(Object.keys(check(filled, [], [own(label)], false))).toEqual([`custom.${label}`]);
  const answered = { ...filled, answers: { ...filled.answers, [label]: "A-17" } };
  expect(answerTo(answered, label)).toBe("A-17");
  expect(check(answered, [], [own(label)], false)).toEqual({});
});
