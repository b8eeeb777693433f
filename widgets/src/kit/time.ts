import { language } from "../shared/i18n";

/** `24 Nov 2026, 14:05`: for columns. */
export function shortTime(at: string | number): string {
  const tag = language() === "en-XA" ? "en" : language().replace("_", "-");
  return new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** A span that is watched while it runs: `4:05`, `1:02:09`. */
export function countdown(span_ms: number): string {
  const whole_s = Math.max(0, Math.floor(span_ms / 1000));
  const seconds = String(whole_s % 60).padStart(2, "0");
  const minutes = Math.floor(whole_s / 60) % 60;
  const hours = Math.floor(whole_s / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}
