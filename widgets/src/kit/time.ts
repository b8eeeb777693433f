/** Moments and spans as people read them, in the page's language. */

export function language(): string {
  return document.documentElement.lang || "en";
}

/** `4:05`, `1:02:09`. */
export function clock(span_ms: number): string {
  const whole_s = Math.max(0, Math.floor(span_ms / 1000));
  const seconds = String(whole_s % 60).padStart(2, "0");
  const minutes = Math.floor(whole_s / 60) % 60;
  const hours = Math.floor(whole_s / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${name}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language(), options);
    formats.set(key, made);
  }
  return made;
}

export function timeOfDay(at: string | number): string {
  return format("time", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

export function moment(at: string | number): string {
  return format("moment", { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

export function preciseMoment(at: string | number): string {
  return format("precise", { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}

export function day(at: string | number): string {
  return format("day", { weekday: "long", day: "numeric", month: "long" }).format(new Date(at));
}

/** In a list: the time for today, else the date. */
export function brief(at: string | number, now_ms: number = Date.now()): string {
  const then = new Date(at);
  if (then.toDateString() === new Date(now_ms).toDateString()) return timeOfDay(at);
  return format("brief", { day: "numeric", month: "short" }).format(then);
}

export function sameDay(a: string | number, b: string | number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
