import { describe, expect, it, vi } from "vitest";

import { beginOf, heat, strength } from "./report";

describe("a report of live chats", () => {
  it("shows each hour of the week, empty ones too", () => {
    const { counts, most } = heat([
      { weekday: 0, hour: 9, inquiries: 3 },
      { weekday: 6, hour: 23, inquiries: 12 },
    ]);
    expect([counts.length, counts[0]!.length, counts[0]![9], counts[6]![23], counts[3]![3], most]).toEqual([7, 24, 3, 12, 0, 12]);
    expect(heat([]).most).toBe(0);
  });

  it("is the darker the more asked, and never without colour where somebody did", () => {
    expect([0, 1, 3, 4, 12].map((many) => strength(many, 12))).toEqual([0, 1, 1, 2, 4]);
  });

  it("begins at midnight, today's for one day", () => {
    const noon = new Date(2026, 10, 26, 12).getTime();
    expect(new Date(beginOf(1, noon)).getTime()).toBe(new Date(2026, 10, 26).getTime());
    expect(new Date(beginOf(7, noon)).getTime()).toBe(new Date(2026, 10, 20).getTime());
  });

  it("begins at midnight though the clocks were changed meanwhile", () => {
    vi.stubEnv("TZ", "Europe/Lisbon"); // summer time ends on 25 October 2026
    expect(beginOf(7, new Date(2026, 9, 28, 12).getTime())).toBe("2026-10-21T23:00:00.000Z");
    vi.unstubAllEnvs();
  });
});
