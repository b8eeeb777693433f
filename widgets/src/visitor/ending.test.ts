import { expect, test } from "vitest";
import { endChat } from "./ending";

const client = (problem: string | null): { end: () => Promise<string | null> } => ({ end: async () => problem });

test("why a chat could not be ended is always said in words", async () => {
  expect(await endChat(client(null), "c")).toBe("");
  expect(await endChat(client("Slow down."), "c")).toBe("Slow down.");
  expect(await endChat(client(""), "c")).toBe("There is no connection. Please try again in a moment.");
});
