/** Reports that are mailed, in words: pure. */
import type { Tone } from "../../kit/State";
import { t } from "../../shared/i18n";

export interface Schedule {
  id: string;
  name: string;
  every: "day" | "week" | "month";
  weekday: number;
  day: number;
  at: string;
  time_zone: string;
  recipients: string[];
  next_at: string | null;
  last_at: string | null;
  last_result: string;
}

function weekdayWords(weekday: number): string {
  return [t("Sunday"), t("Monday"), t("Tuesday"), t("Wednesday"), t("Thursday"), t("Friday"), t("Saturday")][weekday] ?? "";
}

/** On which days, when, on whose clock. */
export function whenWords({ every, weekday, day, at, time_zone }: Schedule): string {
  switch (every) {
    case "day":
      return t("Every day at {time} ({zone})", { time: at, zone: time_zone });
    case "week":
      return t("Every {weekday} at {time} ({zone})", { weekday: weekdayWords(weekday), time: at, zone: time_zone });
    case "month":
      return t("On day {day} of the month at {time} ({zone})", { day, time: at, zone: time_zone });
  }
}

/** What became of it last; why it was not sent is told as the server says it. */
export function outcomeWords({ last_result }: Pick<Schedule, "last_result">): { tone: Tone; words: string } {
  if (last_result === "") return { tone: "calm", words: t("Not sent yet") };
  if (last_result === "sent") return { tone: "good", words: t("Sent") };
  return { tone: "bad", words: t("Not sent: {why}", { why: last_result }) };
}
