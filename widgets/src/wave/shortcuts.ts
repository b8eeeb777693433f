/** What keys do in Wave: pure. Letters are only heard while nobody writes, and can be switched off (WCAG 2.1.4). */
import { t } from "../shared/i18n";
import { store, stored } from "../kit/stored";

export type Action = "help" | "accept" | "next" | "previous" | "unread" | "write" | "break" | "queues" | "ready" | "list" | { view: string };

interface Pressed {
  key: string;
  alt: boolean;
  control: boolean;
  /** It is held down. */
  repeat: boolean;
  /** Whether the key goes into a box. */
  taken: boolean;
  /** Whether it goes to an open menu or dialog, or to a box that knows Alt and arrows itself. */
  asked: boolean;
  /** Whether digits are dialled. */
  dials: boolean;
}

const LETTERS: Readonly<Record<string, Action>> = {
  "?": "help",
  a: "accept",
  j: "next",
  k: "previous",
  u: "unread",
  w: "write",
  b: "break",
  q: "queues",
  r: "ready",
  l: "list",
  "1": { view: "live-chat" },
  "2": { view: "chats" },
  "3": { view: "calls" },
  "4": { view: "voicemail" },
  "5": { view: "contacts" },
};

export function actionOf({ key, alt, control, repeat, taken, asked, dials }: Pressed): Action | null {
  if (control || asked) return null;
  if (alt) return key === "ArrowDown" ? "next" : key === "ArrowUp" ? "previous" : null;
  if (taken || (dials && /\d/.test(key))) return null;
  const action = LETTERS[key] ?? null;
  // Lists are walked with a key held down; nothing else is meant twice.
  return repeat && action !== "next" && action !== "previous" ? null : action;
}

/** What the overlay lists, in its order. */
export function documented(): { keys: string[]; words: string }[] {
  return [
    { keys: ["A"], words: t("Accept the inquiry that waits longest") },
    { keys: ["J", "Alt ↓"], words: t("Next chat") },
    { keys: ["K", "Alt ↑"], words: t("Previous chat") },
    { keys: ["U"], words: t("Next chat with unread messages") },
    { keys: ["W"], words: t("Write in the open chat") },
    { keys: ["L"], words: t("To the list") },
    { keys: ["B"], words: t("Take a break, or end it") },
    { keys: ["R"], words: t("Ready: end the wrap-up") },
    { keys: ["Q"], words: t("My queues") },
    { keys: ["1", "2", "3", "4", "5"], words: t("Live Chat, Chats, Calls, Voicemail, Contacts") },
    { keys: ["?"], words: t("This list") },
  ];
}

/** The neighbour of `current` in a list, round its ends. */
export function neighbour<T>(items: readonly T[], current: T | undefined, step: 1 | -1): T | undefined {
  if (items.length === 0) return undefined;
  const at = current === undefined ? -1 : items.indexOf(current);
  if (at === -1) return step === 1 ? items[0] : items.at(-1);
  return items[(at + step + items.length) % items.length];
}

const KEY = "engage.wave.shortcuts";

export const lettersOn = (): boolean => stored<boolean>(KEY) ?? true;

export function setLetters(on: boolean): void {
  store(KEY, on);
}
