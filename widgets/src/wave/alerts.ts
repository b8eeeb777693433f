/** Ways to catch an agent's eye beside the sound: the system's notification, the title's badge. */
import { store, stored } from "../kit/stored";

export const REMINDER_MS = 30_000;

const KEY = "engage.wave.desktop-alerts";
const BASE_TITLE = document.title;

/** Whether system notifications are wanted; the browser's permission is another matter. */
export function desktopOn(): boolean {
  return stored<boolean>(KEY) ?? true;
}

export function setDesktop(on: boolean): void {
  store(KEY, on);
}

type DesktopPermission = NotificationPermission | "unsupported";

export function desktopPermission(): DesktopPermission {
  return typeof Notification === "function" && isSecureContext ? Notification.permission : "unsupported";
}

/** Asks for the permission; call it from a press of a button only. */
export async function askForDesktop(): Promise<DesktopPermission> {
  if (desktopPermission() === "unsupported") return "unsupported";
  return Notification.requestPermission();
}

/** Shows a system notification when permitted; the same `tag` replaces instead of piling up. */
export function notifyDesktop(title: string, body: string, tag: string, open: () => void): boolean {
  if (!desktopOn() || desktopPermission() !== "granted") return false;
  try {
    const shown = new Notification(title, { body, tag, silent: true });
    shown.onclick = () => {
      window.focus();
      open();
      shown.close();
    };
    return true;
  } catch {
    return false; // some phones allow notifications to service workers only
  }
}

export function badgeTitle(count: number): void {
  document.title = count > 0 ? `(${count}) ${BASE_TITLE}` : BASE_TITLE;
}

const CLAIM_KEY = "engage.wave.alerted";

/** Of several tabs that hear the same news one alerts: the first to claim it. */
export function claim(news: string): boolean {
  const claimed = stored<string[]>(CLAIM_KEY) ?? [];
  if (claimed.includes(news)) return false;
  store(CLAIM_KEY, [...claimed.slice(-49), news]);
  return true;
}
