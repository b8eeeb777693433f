/** Light, dark, or as the system has it; remembered in this browser. */
import { useSyncExternalStore } from "react";

import { stored, store } from "./stored";

export type Appearance = "auto" | "light" | "dark";

const KEY = "engage.appearance";
const watchers = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");
let chosen: Appearance = stored<Appearance>(KEY) ?? "auto";

export function applyAppearance(): void {
  if (chosen === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

export function chooseAppearance(appearance: Appearance): void {
  chosen = appearance;
  store(KEY, appearance);
  applyAppearance();
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  system.addEventListener("change", watcher);
  return () => {
    watchers.delete(watcher);
    system.removeEventListener("change", watcher);
  };
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(watch, () => chosen);
}

/** What `auto` comes to now. */
export function useScheme(): "light" | "dark" {
  return useSyncExternalStore(watch, () => (chosen === "auto" ? (system.matches ? "dark" : "light") : chosen));
}
