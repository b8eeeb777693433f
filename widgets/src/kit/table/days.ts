/** Days of the reader's calendar as moments of the server: pure but for the time zone. */

/** The last day that can be asked for: a server's years have four digits, also on the day after. */
export const LAST_DAY = "9998-12-31";

/** The beginning of a day, or of the day after it where the day itself is to be inside. */
export function momentOf(day: string, edge: "from" | "until"): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date || year > 9998) return null;
  const at = new Date(2000, 0);
  // Who types 2026 has the years 2, 20 and 202 before; to `Date` itself the first two are of the last century.
  at.setFullYear(year, month - 1, date + (edge === "until" ? 1 : 0));
  return at.toISOString();
}

export function dayOf(moment: string | null, edge: "from" | "until"): string {
  if (!moment) return "";
  const at = new Date(moment);
  if (edge === "until") at.setDate(at.getDate() - 1);
  if (!(at.getFullYear() <= 9999)) return ""; // no moment, or none that was chosen here
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
