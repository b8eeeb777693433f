/** Days of the calendar on the wall as moments of the server: pure but for the time zone. */
import { momentAt, wallAt } from "../wall";

/** The last day that can be asked for: a server's years have four digits, also on the day after. */
export const LAST_DAY = "9998-12-31";

/** The beginning of a day, or of the day after it where the day itself is to be inside. */
export function momentOf(day: string, edge: "from" | "until"): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date || year > 9998) return null;
  const wall = new Date(0);
  // Who types 2026 has the years 2, 20 and 202 before; to `Date` itself the first two are of the last century.
  wall.setUTCFullYear(year, month - 1, date + (edge === "until" ? 1 : 0));
  return new Date(momentAt(wall.getTime())).toISOString();
}

export function dayOf(moment: string | null, edge: "from" | "until"): string {
  const at = Date.parse(moment ?? "");
  if (Number.isNaN(at)) return "";
  const wall = new Date(wallAt(at));
  if (edge === "until") wall.setUTCDate(wall.getUTCDate() - 1);
  return wall.getUTCFullYear() > 9999 ? "" : wall.toISOString().slice(0, 10); // or none that was chosen here
}
