import { describe, expect, test } from "vitest";

import { blank, canRetry, cautions, csv, type Broadcast, type Delivery, problems } from "./broadcasts";

const delivery: Delivery = {
  id: "1",
  number: "1001",
  name: "Ben Osei",
  leg: "phone",
  device: "sip:1001@10.0.0.7",
  device_name: "Phone/1",
  state: "delivered",
  sip_code: 200,
  parts: 1,
  tries: 1,
  maybe_duplicate: false,
  updated_at: "2026-01-01T00:00:00Z",
};

describe("the form", () => {
  test("names each field that is missing", () => {
    const found = problems({ ...blank(), sender: "", phones: false, wave: false, later: true }, 0);
    expect(Object.keys(found).sort()).toEqual(["deliver_to", "extensions", "message", "name", "send_at", "sender"]);
  });

  test("takes everybody instead of a choice", () => {
    expect(problems({ ...blank(), name: "a", message: "b", everybody: true }, 0)).toEqual({});
  });

  test("counts characters, not code units", () => {
    const faces = "🙂".repeat(1000);
    expect(problems({ ...blank(), name: "a", message: faces, everybody: true }, 0)).toEqual({});
    expect(problems({ ...blank(), name: "a", message: `${faces}.`, everybody: true }, 0).message).toContain("1000");
  });

  test("refuses a moment that has passed", () => {
    const draft = { ...blank(), name: "a", message: "b", everybody: true, later: true, at: "2026-01-01T10:00" };
    expect(problems(draft, Date.parse("2026-01-02T00:00:00Z")).send_at).toBeDefined();
  });

  test("warns of small screens and of datagrams", () => {
    expect(cautions("x".repeat(160))).toEqual([]);
    expect(cautions("x".repeat(161))).toHaveLength(1);
    expect(cautions("漢".repeat(434))).toHaveLength(2);
  });
});

describe("the exported table", () => {
  test("quotes what would break it and disarms formulas", () => {
    const table = csv([{ ...delivery, name: '=1+1,"x"', device_name: "+evil" }]);
    expect(table.startsWith("\ufeff")).toBe(true);
    expect(table.split("\r\n")[1]).toBe(`1001,"'=1+1,""x""",Phone,'+evil,sip:1001@10.0.0.7,delivered,200,2026-01-01T00:00:00Z`);
  });
});

test("only a broadcast that has ended with something missing can be retried", () => {
  const broadcast = { state: "partly_failed", counts: { failed: 1 } } as unknown as Broadcast;
  expect(canRetry(broadcast)).toBe(true);
  expect(canRetry({ ...broadcast, state: "sending" })).toBe(false);
  expect(canRetry({ ...broadcast, counts: { delivered: 2 } })).toBe(false);
});
