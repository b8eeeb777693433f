/** Clocks on the wall, in the time zone that times are shown in: pure but for the browser's own zone. */
import { timeZone } from "../shared/time";

const DAY_MS = 86_400_000;

/** How far the wall is ahead of UTC at a moment. */
function aheadMs(at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: timeZone(), timeZoneName: "longOffset" }).formatToParts(at);
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? ""; // `GMT+05:30`, `GMT`
  const [, sign, hours, minutes, seconds = "0"] = /([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? [];
  if (!sign) return 0;
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === "+" ? ms : -ms;
}

/** What the wall shows at a moment, as the moment at which UTC shows the same. */
export const wallAt = (at: number): number => at + aheadMs(at);

/** When the wall shows it: the first time where clocks are put back, the jump's far side where they are put forward. */
export function momentAt(wall: number): number {
  const before = wall - aheadMs(wall - DAY_MS);
  const after = wall - aheadMs(wall + DAY_MS);
  return wallAt(before) !== wall && wallAt(after) === wall ? after : before;
}

/** A moment as `<input type="datetime-local">` reads it; empty where it is none. */
export function localOf(moment: string): string {
  const at = Date.parse(moment);
  return Number.isNaN(at) ? "" : new Date(wallAt(at)).toISOString().slice(0, 16);
}

/** The moment that such a field means; null while it means none. */
export function momentOfLocal(local: string): string | null {
  const wall = Date.parse(`${local}Z`);
  return Number.isNaN(wall) ? null : new Date(momentAt(wall)).toISOString();
}
