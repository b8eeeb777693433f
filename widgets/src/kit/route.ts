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
  history.replaceState(null, "", href(...parts));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

let seen = "\0";
let current: Route = [];

function snapshot(): Route {
  if (location.hash !== seen) {
    seen = location.hash;
    current = parse(seen);
  }
  return current;
}

function subscribe(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, snapshot);
}
