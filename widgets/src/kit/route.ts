/** The page's own address: `#/chats/<id>` as the parts `["chats", "<id>"]`. */
import { useSyncExternalStore } from "react";

export type Route = readonly string[];

export function parse(hash: string): Route {
  return hash
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part; // a hand-typed address with a lone %
      }
    });
}

export function href(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function go(...parts: string[]): void {
  location.hash = href(...parts);
}

/** Puts an address in the place of the present one: no step for the browser's Back. */
export function replace(...parts: string[]): void {
  history.replaceState(history.state, "", href(...parts));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

let seen = "\0";
let current: Route = [];
/** Which step of this tab's history is shown, as each step remembers in its state. */
let step = 0;
const watchers = new Set<() => void>();

/** Asked before the page is left; the change of address waits for its answer. */
let hold: ((leave: () => void) => void) | null = null;

/** Let `ask` decide whether the page may be left, until the returned function is called. */
export function holdRoute(ask: (leave: () => void) => void): () => void {
  hold = ask;
  return () => {
    if (hold === ask) hold = null;
  };
}

function changed(): void {
  if (location.hash === seen) return;
  const known = knownStep();
  if (hold) {
    const wanted = location.hash;
    // Back to where one was, by as many steps as were taken; a new step becomes a step forward.
    history.go(known === null ? -1 : step - known);
    hold(() => {
      hold = null;
      if (known === null) location.hash = wanted;
      else history.go(known - step);
    });
    return;
  }
  read(known ?? step + 1);
  for (const watcher of watchers) watcher();
}

function knownStep(): number | null {
  const { step: known } = (history.state ?? {}) as { step?: unknown };
  return typeof known === "number" ? known : null;
}

function read(at: number): void {
  step = at;
  if (knownStep() !== at) history.replaceState({ step: at }, "");
  seen = location.hash;
  current = parse(seen);
}

function snapshot(): Route {
  if (seen === "\0") read(knownStep() ?? 0);
  return current;
}

function subscribe(watcher: () => void): () => void {
  if (watchers.size === 0) addEventListener("hashchange", changed);
  watchers.add(watcher);
  if (location.hash !== seen) changed();
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) removeEventListener("hashchange", changed);
  };
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, snapshot);
}
