/** The page behind a live chat's link tells that it is open, where agents may see that. */
import { newId } from "../shared/ids";
import type { Config } from "./config";

const FIRST_MS = 15_000;

export function tellPresence(config: Config): void {
  const address = `/v1/livechat/${encodeURIComponent(config.public_id)}/presence`;
  const visit = newId().replaceAll("-", "");
  let state = "form";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const message = (now: string): string =>
    JSON.stringify({ visit, state: now, page_url: location.href.slice(0, 2000), page_title: document.title.slice(0, 300), referrer: document.referrer.slice(0, 2000), language: config.language });
  const tell = async (): Promise<void> => {
    clearTimeout(timer);
    let again_ms = FIRST_MS;
    try {
      const answer = await fetch(address, { method: "POST", body: message(state), credentials: "omit", headers: { "content-type": "text/plain" } });
      if (answer.status === 404) return; // nobody wants to know any more
      if (answer.ok) again_ms = ((await answer.json()) as { every_ms: number }).every_ms;
    } catch {
      // the network is away: later
    }
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(() => void tell(), again_ms);
  };
  window.addEventListener("engage-view", (event) => {
    const next = (event as CustomEvent<string>).detail === "chat" ? "chatting" : "form";
    if (next === state) return;
    state = next;
    void tell();
  });
  document.addEventListener("visibilitychange", () => !document.hidden && void tell());
  window.addEventListener("pagehide", () => navigator.sendBeacon(address, message("left")));
  window.addEventListener("pageshow", (event) => event.persisted && void tell());
  void tell();
}
