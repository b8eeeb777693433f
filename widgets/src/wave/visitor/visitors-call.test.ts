import { expect, test } from "vitest";

import type { WireEvent } from "../../shared/wire";
import { callGoesOn } from "./visitors-call";

const events = (...states: string[]): WireEvent[] => states.map((state, index) => ({ seq: index + 1, kind: "call", state }) as unknown as WireEvent);

test.each([
  { states: [], up: false },
  { states: ["asked"], up: false },
  { states: ["asked", "started"], up: true },
  { states: ["started", "answered"], up: true },
  { states: ["started", "asked", "declined"], up: true },
  { states: ["started", "answered", "ended"], up: false },
  { states: ["started", "missed", "asked"], up: false },
])("a call goes on after $states: $up", ({ states, up }) => {
  expect(callGoesOn({ events: events(...states) })).toBe(up);
});
