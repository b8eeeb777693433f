import { describe, expect, it } from "vitest";

import type { Figures } from "../../kit/queue-figures/figures";
import { bars, hoursOfDay } from "./report";

const hour = (key: string, offered = 1): Figures => ({
  ...{ key, name: "", offered, answered: offered, abandoned: 0, other: 0, missed: 0, callbacks: 0 },
  ...{ answered_rate: 0, abandoned_rate: 0, service_level: 0, service_level_2: 0, average_wait_s: 0, average_talk_s: 0, longest_wait_s: 0, rated: 0, average_rating: 0 },
});

const days = (many: number): Figures[] =>
  Array.from({ length: many }, (_, at) => new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10)).flatMap((day) => [hour(`${day} 09:00`), hour(`${day} 15:00`, 2)]);

describe("calls over time", () => {
  it("are shown by hour for a day", () => {
    const { grain, rows } = bars(days(1));
    expect([grain, rows.map((row) => row.key)]).toEqual(["hour", ["2026-01-01 09:00", "2026-01-01 15:00"]]);
  });

  it("are summed by day for a month, and by week from Monday for a year", () => {
    const month = bars(days(30));
    expect([month.grain, month.rows.length, month.rows[0]]).toEqual(["day", 30, { key: "2026-01-01", offered: 3, answered: 3, abandoned: 0 }]);
    const year = bars(days(365));
    expect([year.grain, year.rows.length]).toEqual(["week", 53]);
    expect(year.rows[1]).toEqual({ key: "2026-01-05", offered: 21, answered: 21, abandoned: 0 });
  });

  it("by hour of the day have all days together", () => {
    expect(hoursOfDay(days(10))).toEqual([
      { key: "09:00", offered: 10, answered: 10, abandoned: 0 },
      { key: "15:00", offered: 20, answered: 20, abandoned: 0 },
    ]);
  });
});
