import { language } from "../shared/i18n";

export { countdown } from "../shared/countdown";

/** `24 Nov 2026, 14:05`: for columns. */
export function shortTime(at: string | number): string {
  const tag = language() === "en-XA" ? "en" : language().replace("_", "-");
  return new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}
