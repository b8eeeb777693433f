import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { setZone, shortTime } from "../shared/time";
import { dayOf, momentOf } from "./table/days";
import { beginOf } from "./time";
import { localOf, momentAt, momentOfLocal, wallAt } from "./wall";

const utc = (text: string): number => Date.parse(`${text}Z`);
const back = (moment: number): string => new Date(moment).toISOString();

beforeEach(() => vi.stubEnv("TZ", "Pacific/Auckland")); // the reader is far away
afterEach(() => {
  setZone(undefined);
  vi.unstubAllEnvs();
});

test("columns, fields and days go by the clock of one zone, wherever the reader is", () => {
  setZone("America/New_York");
  vi.stubGlobal("navigator", { languages: ["en-GB"] });
  expect(shortTime("2026-07-04T03:30:00Z")).toBe("3 Jul 2026, 23:30");
  vi.unstubAllGlobals();
  expect(localOf("2026-07-04T03:30:00Z")).toBe("2026-07-03T23:30");
  expect(momentOfLocal("2026-07-03T23:30")).toBe("2026-07-04T03:30:00.000Z");
  expect([momentOf("2026-07-03", "from"), momentOf("2026-07-03", "until")]).toEqual(["2026-07-03T04:00:00.000Z", "2026-07-04T04:00:00.000Z"]);
  expect(dayOf("2026-07-04T03:30:00Z", "from")).toBe("2026-07-03");
  expect(beginOf(1, utc("2026-07-04T03:30"))).toBe("2026-07-03T04:00:00.000Z");
});

test("without a zone they go by the reader's own", () => {
  expect(localOf("2026-07-04T03:30:00Z")).toBe("2026-07-04T15:30");
  expect(momentOfLocal("2026-07-04T15:30")).toBe("2026-07-04T03:30:00.000Z");
});

test("an hour that the wall shows twice is its first, one that it skips the moment of the jump's far side", () => {
  setZone("Europe/Berlin");
  expect(back(momentAt(utc("2026-10-25T02:30")))).toBe("2026-10-25T00:30:00.000Z");
  expect(back(momentAt(utc("2026-10-25T12:00")))).toBe("2026-10-25T11:00:00.000Z");
  expect(back(momentAt(utc("2026-03-29T02:30")))).toBe("2026-03-29T01:30:00.000Z");
  setZone("America/Santiago"); // midnight itself is skipped
  expect(back(wallAt(Date.parse(momentOf("2026-09-06", "from")!)))).toBe("2026-09-06T01:00:00.000Z");
});

test("what means no moment is none", () => {
  expect([localOf(""), localOf("soon"), momentOfLocal(""), momentOfLocal("later")]).toEqual(["", "", null, null]);
});
