/** Figures of queues, arranged to be drawn: pure. */
import type { AgentFigures, Figures } from "../../kit/queue-figures/figures";

export interface Report {
  total: Figures;
  queues: Figures[];
  agents: AgentFigures[];
  /** `key` is the hour: `2026-11-27 14:00`. */
  hours: Figures[];
}

/** What a bar shows. */
export interface Bar {
  key: string;
  offered: number;
  answered: number;
  abandoned: number;
}

type Grain = "hour" | "day" | "week";

/** More bars than these are hard to read. */
const MOST_HOURS = 48;
const MOST_DAYS = 62;

/** Bars of hours, days or weeks, whichever are few enough; those without a caller are left out. */
export function bars(hours: readonly Figures[]): { grain: Grain; rows: Bar[] } {
  const days = new Set(hours.map((each) => dayOf(each.key)));
  if (days.size <= 2 && hours.length <= MOST_HOURS) return { grain: "hour", rows: summed(hours, (key) => key) };
  if (days.size <= MOST_DAYS) return { grain: "day", rows: summed(hours, dayOf) };
  return { grain: "week", rows: summed(hours, weekOf) };
}

/** Calls by the hour of the day, all days together. */
export function hoursOfDay(hours: readonly Figures[]): Bar[] {
  return summed(hours, (key) => key.slice(11)).sort((one, other) => one.key.localeCompare(other.key));
}

function summed(hours: readonly Figures[], keyOf: (key: string) => string): Bar[] {
  const found = new Map<string, Bar>();
  for (const { key, offered, answered, abandoned } of hours) {
    const at = keyOf(key);
    const bar = found.get(at) ?? { key: at, offered: 0, answered: 0, abandoned: 0 };
    found.set(at, { key: at, offered: bar.offered + offered, answered: bar.answered + answered, abandoned: bar.abandoned + abandoned });
  }
  return [...found.values()];
}

const dayOf = (hour: string): string => hour.slice(0, 10);

/** The Monday that a week begins with. */
function weekOf(hour: string): string {
  const day = new Date(`${dayOf(hour)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
