import { render } from "preact";
import { loadCatalog } from "../shared/i18n";
import "../shared/tokens.css";
import { App } from "./app";
import { readConfig } from "./config";
import { embedded, greeted, listenToHost } from "./embed";
import "./frame.css";
import { pretended } from "./pretending";
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
if (config.live_visitors && !embedded && !pretended) void import("./presence").then(({ tellPresence }) => tellPresence(config));

void Promise.all([loadCatalog(config.catalog), greeted]).then(() => {
  document.documentElement.lang = config.language;
  document.documentElement.dir = config.dir;
  render(<App config={config} />, document.getElementById("app")!);
});
