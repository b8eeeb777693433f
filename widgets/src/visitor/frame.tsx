import { render } from "preact";
import { loadCatalog } from "../shared/i18n";
import "../shared/tokens.css";
import { App } from "./app";
import { readConfig } from "./config";
import type { Outcome } from "./preview";
import { embedded, greeted, listenToHost } from "./embed";
import "./frame.css";
import { applyTheme } from "./theme";

listenToHost();
const config = readConfig();
applyTheme(config.theme);

// The on-screen keyboard shrinks what is visible, not the page: follow it, so that the box stays in sight.
const viewport = window.visualViewport;
if (viewport) {
  const follow = (): void => document.documentElement.style.setProperty("--height", `${viewport.height}px`);
  viewport.addEventListener("resize", follow);
  follow();
}

// In a web site's frame the site's own page tells: it is there before the chat is.
const previewed = embedded ? null : /^(chat|line|nobody|message)$/.exec(new URLSearchParams(location.search).get("preview") ?? "");
if (config.live_visitors && !embedded && !previewed) void import("./presence").then(({ tellPresence }) => tellPresence(config));

void Promise.all([loadCatalog(config.catalog), greeted]).then(() => {
  document.documentElement.lang = config.language;
  document.documentElement.dir = config.dir;
  const place = document.getElementById("app")!;
  if (previewed && config.public_id) void import("./preview").then(({ showPreview }) => showPreview(config, previewed[0] as Outcome, place));
  else render(<App config={config} />, place);
});
