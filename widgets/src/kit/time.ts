import { momentAt, wallAt } from "./wall";

export { countdown } from "../shared/countdown";
export { shortTime } from "../shared/time";

/** A span of a call: `0:31`, `1:02:09`. */
export function spanOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The first midnight of so many days, the last of which is today. */
export function beginOf(days: number, now_ms: number): string {
  const day = new Date(wallAt(now_ms));
  day.setUTCHours(0, 0, 0, 0);
  day.setUTCDate(day.getUTCDate() - (days - 1)); // days are not all of one length
  return new Date(momentAt(day.getTime())).toISOString();
}
