import { expect, test } from "vitest";

import { answerFor, newsOf } from "./rules";

const origin = "https://pbx.example";
const asked = (path: string, method = "GET", mode = "cors") => answerFor({ method, mode, url: new URL(path, origin).href }, origin);

test.each([
  ["/wave/", "GET", "navigate", "shell"],
  ["/wave/anything", "GET", "navigate", "shell"],
  ["/wave/manifest.webmanifest", "GET", "navigate", "network"],
  ["/admin/", "GET", "navigate", "network"],
  ["/static/wave/wave-12345678.js", "GET", "cors", "file"],
  ["/v1/me", "GET", "cors", "network"],
  ["/v1/conversations/c/events", "GET", "cors", "network"],
  ["/v1/files/f/content", "GET", "navigate", "network"],
  ["/socket.io/?transport=polling", "GET", "cors", "network"],
  ["/static/wave/wave-12345678.js", "POST", "cors", "network"],
  ["https://elsewhere.example/static/a.js", "GET", "cors", "network"],
])("%s by %s in mode %s comes from the %s", (path, method, mode, answer) => {
  expect(asked(path, method, mode)).toBe(answer);
});

test("news lead into Wave and nowhere else", () => {
  expect(newsOf('{"title":"Ana","body":"Hi","tag":"c","path":"/wave/#/chats/c"}', "Engage").path).toBe("/wave/#/chats/c");
  expect(newsOf('{"title":"Ana","path":"https://elsewhere.example"}', "Engage").path).toBe("/wave/");
  expect(newsOf("no JSON", "Engage")).toEqual({ title: "Engage", body: "", tag: "engage", path: "/wave/" });
  expect(newsOf(undefined, "Engage").title).toBe("Engage");
});
