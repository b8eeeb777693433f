/** What visitors fill in, looked at before it is sent. */
import { t } from "../shared/i18n";
import type { CustomField } from "./config";
import type { Details, Filled } from "./form";

/** As the server calls the field of an administrator's own question when its answer is wrong. */
export const nameOf = (label: string): string => `custom.${label}`;

/** Labels are an administrator's words: `constructor` is one, and no answer yet. */
export const answerTo = ({ answers }: Pick<Filled, "answers">, label: string): string => (Object.hasOwn(answers, label) ? answers[label]! : "");

/** What is missing or wrong, by the name of the field. */
export function check(filled: Filled, asked: readonly string[], own: readonly CustomField[], needsText: boolean): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { label, required } of own) if (required && !answerTo(filled, label).trim()) errors[nameOf(label)] = t("Please fill in this field.");
  for (const name of asked) if (!filled[name as keyof Details].trim()) errors[name] = t("Please fill in this field.");
  if (filled.email.trim() && !/^[^\s@]+@[^\s@]+$/.test(filled.email.trim())) errors["email"] = t("Please enter a valid email address.");
  if (needsText && !filled.text.trim()) errors["text"] = t("Please write a message.");
  return errors;
}
