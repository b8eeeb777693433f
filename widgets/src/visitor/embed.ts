/** The frame's side of the talk with the loader: version 1, one origin, checked both ways. */

export interface Identity {
  full_name?: string;
  email?: string;
  phone?: string;
  /** The web site's signed word for who this is. */
  jwt?: string;
}

type FromHost = { engage: 1; type: "hello" | "shown" | "hidden" | "logout" } | { engage: 1; type: "identify"; identity: Identity & { name?: string } };

/** What a web site may hear of a chat; `value` is told with it. */
type ToHost = { type: "unread"; value: number } | { type: "close" | "started" | "talking" | "ended" | "message" | "chat-started" | "chat-ended" | "call-started" | "call-ended" } | { type: "identified" | "identity-refused"; value: unknown };

export const embedded = window.parent !== window;

/** The page around the frame says hello first; only its origin gets anything. */
let host: string | null = null;
let waiting: object[] = [];
const listeners = new Set<(message: FromHost) => void>();
export let shown = !embedded;
export let identified: Identity = {};
/** The page around, as it was when it last said something. */
export let page = { url: "", title: "", referrer: "" };

let greet: () => void = () => undefined;
/** The page around has said hello, and before it whatever it had to say; or it says nothing. */
export const greeted: Promise<void> = new Promise((resolve) => {
  greet = resolve;
  if (embedded) setTimeout(resolve, 2_000);
  else resolve();
});

let logoutWaits = false;
/** Whether somebody has logged out before there was anything to show; it is asked once. */
export function loggedOut(): boolean {
  const waits = logoutWaits;
  logoutWaits = false;
  return waits;
}

export function forgetIdentity(): void {
  identified = {};
}

export function tellHost(message: ToHost): void {
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

/** Address, title and referrer, in this order; anything else is not taken. */
function pageOf(told: unknown): typeof page | null {
  if (!Array.isArray(told) || !told.every((each): each is string => typeof each === "string")) return null;
  const [url = "", title = "", referrer = ""] = told;
  return { url: url.slice(0, 2048), title: title.slice(0, 300), referrer: referrer.slice(0, 2048) };
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
      greet();
    }
    page = pageOf((event.data as { value?: unknown }).value) ?? page;
    if (message.type === "shown" || message.type === "hidden") shown = message.type === "shown";
    if (message.type === "identify" && message.identity) {
      const { full_name, name, email, phone, jwt } = message.identity;
      identified = { full_name: text(full_name ?? name), email: text(email), phone: text(phone), ...(typeof jwt === "string" ? { jwt } : identified.jwt && { jwt: identified.jwt }) };
    }
    if (message.type === "logout") {
      identified = {};
      if (listeners.size === 0) logoutWaits = true;
    }
    for (const listener of [...listeners]) listener(message);
  });
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) tellHost({ type: "close" });
  });
}
