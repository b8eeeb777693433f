/** The frame's side of the talk with the loader: version 1, one origin, checked both ways. */

export interface Identity {
  full_name?: string;
  email?: string;
  phone?: string;
}

type FromHost = { engage: 1; type: "hello" } | { engage: 1; type: "shown" | "hidden" } | { engage: 1; type: "identify"; identity: Identity };

export const embedded = window.parent !== window;

/** The page around the frame says hello first; only its origin gets anything. */
let host: string | null = null;
let waiting: object[] = [];
const listeners = new Set<(message: FromHost) => void>();
export let shown = !embedded;
export let identified: Identity = {};

export function tellHost(message: { type: "unread"; count: number } | { type: "close" | "ready" | "started" | "ended" | "message" }): void {
  if (!embedded) return;
  const full = { engage: 1, ...message };
  if (host) window.parent.postMessage(full, host);
  else waiting.push(full);
}

export function onHost(listener: (message: FromHost) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function valid(data: unknown): data is FromHost {
  return typeof data === "object" && data !== null && (data as FromHost).engage === 1 && typeof (data as FromHost).type === "string";
}

const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 254) : "");

export function listenToHost(): void {
  if (!embedded) return;
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== window.parent || !valid(event.data) || (host !== null && event.origin !== host)) return;
    const message = event.data;
    if (message.type === "hello" && host === null && event.origin !== "null") {
      host = event.origin;
      for (const each of waiting.splice(0)) window.parent.postMessage(each, host);
    }
    if (message.type === "shown" || message.type === "hidden") shown = message.type === "shown";
    if (message.type === "identify" && message.identity) {
      const { full_name, email, phone } = message.identity;
      identified = { full_name: text(full_name), email: text(email), phone: text(phone) };
    }
    for (const listener of listeners) listener(message);
  });
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) tellHost({ type: "close" });
  });
}
