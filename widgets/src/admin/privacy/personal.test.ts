import { expect, test } from "vitest";

import { placesOf } from "./personal";

test("where others still speak of somebody is said in people's words, each once", () => {
  expect(placesOf(["event", "message_text", "livechat_ban", "api_number"])).toEqual(["Chats", "Bans", "api number"]);
  expect(placesOf([])).toEqual([]);
});
