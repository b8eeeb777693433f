import { expect, test } from "vitest";

import { outcomeWords, type Schedule, whenWords } from "./schedules";

const schedule: Schedule = { id: "1", name: "Support", every: "week", weekday: 0, day: 1, at: "07:00", time_zone: "Europe/Berlin", recipients: [], next_at: null, last_at: null, last_result: "" };

test("a schedule says when it is", () => {
  expect(whenWords(schedule)).toBe("Every Sunday at 07:00 (Europe/Berlin)");
  expect(whenWords({ ...schedule, every: "month", day: 31 })).toBe("On day 31 of the month at 07:00 (Europe/Berlin)");
});

test("what became of it has words", () => {
  expect(outcomeWords({ last_result: "" })).toEqual({ tone: "calm", words: "Not sent yet" });
  expect(outcomeWords({ last_result: "This is too long." })).toEqual({ tone: "bad", words: "Not sent: This is too long." });
});
