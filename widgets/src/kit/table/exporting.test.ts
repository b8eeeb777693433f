import { expect, test } from "vitest";

import { percentOf, RowCounter } from "./exporting";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("rows are counted however the file is cut", () => {
  const whole = bytes("record_type,src\r\nmain_cdr,1001\r\nsub_cdr,1002\r\nmain_cdr,Zoë\r\n");
  for (let size = 1; size < whole.length; size++) {
    const counter = new RowCounter("main_cdr");
    for (let at = 0; at < whole.length; at += size) counter.take(whole.subarray(at, at + size));
    expect(counter.rows).toBe(2);
  }
});

test("without a mark every line behind the heads is a row", () => {
  const counter = new RowCounter("");
  counter.take(bytes("name\r\na\r\nb"));
  expect(counter.rows).toBe(2);
});

test("an export is never done before its end", () => {
  expect([percentOf(0, 0), percentOf(50, 200), percentOf(300, 200)]).toEqual([0, 25, 99]);
});
