import { expect, test } from "vitest";

import { placesOf } from "./personal";

test("where others still speak of somebody is said in people's words, each once", () => {
  expect(placesOf({ event: 3, message_text: 2, livechat_ban: 1, api_number: 1 })).toEqual(["Chats", "Bans", "api number"]);
  expect(placesOf({})).toEqual([]);
});
