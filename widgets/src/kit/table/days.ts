/** Days of the reader's calendar as moments of the server: pure but for the time zone. */

/** The beginning of a day, or of the day after it where the day itself is to be inside. */
export function momentOf(day: string, edge: "from" | "until"): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + (edge === "until" ? 1 : 0)).toISOString();
}

export function dayOf(moment: string | null, edge: "from" | "until"): string {
  if (!moment) return "";
  const at = new Date(moment);
  if (edge === "until") at.setDate(at.getDate() - 1);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
