import { describe, expect, it } from "vitest";

import { heat, strength } from "./report";

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
});
