import { language, t } from "./i18n";

const formats = new Map<string, Intl.DateTimeFormat>();
let hour12: boolean | null = null;
let zone: string | undefined;

/** Count hours to 12 or to 24; otherwise as the language does. */
export function setHours(hours: "auto" | "12" | "24"): void {
  hour12 = hours === "auto" ? null : hours === "12";
  formats.clear();
}

/** Show times by the clock of this zone; undefined: of the reader's. */
export function setZone(name: string | undefined): void {
  zone = name;
  formats.clear();
}

export const timeZone = (): string | undefined => zone;

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${name}`;
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(intlLanguage(), { timeZone: zone, ...(hour12 !== null && { hour12 }), ...options })));
  return found;
}

/** The reader's own variety of the page's language, such as British English for English. The pseudo-locale's dates are English. */
function intlLanguage(): string {
  const page = language() === "en-XA" ? "en" : language();
  return navigator.languages?.find((each) => each.split("-")[0] === page.split("-")[0]) ?? page;
}

const moment = (at: string | number): Date => new Date(at);

/** `14:05` */
export const clock = (at: string | number): string => format("clock", { timeStyle: "short" }).format(moment(at));

/** `14:05`, as it is in another time zone; throws where that is not known. */
export const clockIn = (timeZone: string, at: string | number): string => format(`clock ${timeZone}`, { timeStyle: "short", timeZone }).format(moment(at));

/** `24 November 2026, 14:05`: for titles and screen readers. */
export const fullTime = (at: string | number): string => format("full", { dateStyle: "long", timeStyle: "short" }).format(moment(at));

/** `24 Nov 2026, 14:05`: for columns. */
export const shortTime = (at: string | number): string => format("short", { dateStyle: "medium", timeStyle: "short" }).format(moment(at));

/** The same for all moments of one day. */
export const dayKey = (at: string | number): string => format("key", { dateStyle: "short" }).format(moment(at));

/** `Today`, `Yesterday`, or the date. */
export function day(at: string | number, nowMs: number = Date.now()): string {
  if (dayKey(at) === dayKey(nowMs)) return t("Today");
  if (dayKey(at) === dayKey(nowMs - 86_400_000)) return t("Yesterday");
  return format("day", { weekday: "long", day: "numeric", month: "long" }).format(moment(at));
}

/** For lists: the time today, else the date. */
export function brief(at: string | number, nowMs: number = Date.now()): string {
  return dayKey(at) === dayKey(nowMs) ? clock(at) : format("brief", { day: "numeric", month: "short" }).format(moment(at));
}

export const number = (value: number): string => new Intl.NumberFormat(intlLanguage()).format(value);

/** `3 min`, `1 h 5 min`: how long somebody has waited. */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return t("under a minute");
  if (minutes < 60) return t("{minutes} min", { minutes: number(minutes) });
  return t("{hours} h {minutes} min", { hours: number(Math.floor(minutes / 60)), minutes: number(minutes % 60) });
}
