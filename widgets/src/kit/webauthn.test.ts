import { expect, test } from "vitest";

import { bytes, isAddress, text } from "./webauthn";

test("bytes survive the way to text and back, with every character of base64url", () => {
  for (const length of [0, 1, 2, 3, 64, 255]) {
    const all = Uint8Array.from({ length }, (_, at) => (at * 7 + 251) % 256);
    const written = text(all.buffer);
    expect(written).toMatch(/^[\w-]*$/);
    expect([...bytes(written)]).toEqual([...all]);
  }
});

test("an address is no name that a passkey could belong to", () => {
  expect(["127.0.0.1", "192.168.1.5", "[::1]", "fe80::1"].map(isAddress)).toEqual([true, true, true, true]);
  expect(["localhost", "chat.example", "3com.example"].map(isAddress)).toEqual([false, false, false]);
});
