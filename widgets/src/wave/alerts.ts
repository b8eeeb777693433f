/** Ways to catch an agent's eye and ear: a chime, the system's notification, the title's badge. */
import { stored, store } from "../kit/stored";

export interface AlertSettings {
  sound: boolean;
  desktop: boolean;
}

export const REMINDER_MS = 30_000;

const KEY = "engage.wave.alerts";
const BASE_TITLE = document.title;

let audio: AudioContext | null = null;

export function alertSettings(): AlertSettings {
  return { sound: true, desktop: true, ...stored<Partial<AlertSettings>>(KEY) };
}

export function saveAlertSettings(settings: AlertSettings): void {
  store(KEY, settings);
}

/** Browsers let a page sound only after a gesture: the first one opens the way for all later. */
export function armSound(): void {
  const arm = (): void => {
    void context()?.resume();
  };
  addEventListener("pointerdown", arm, { once: true });
  addEventListener("keydown", arm, { once: true });
}

/** Two soft notes; a third one for what waits for an answer. Tells whether it could be heard. */
export async function chime(urgent: boolean): Promise<boolean> {
  const ctx = context();
  if (!ctx) return false;
  if (ctx.state !== "running") {
    // Without a gesture `resume` stays pending for ever in some browsers.
    await Promise.race([ctx.resume().catch(() => undefined), new Promise((done) => setTimeout(done, 300))]);
  }
  if (ctx.state !== "running") return false;
  const notes = urgent ? [659.25, 880, 1174.66] : [659.25, 880];
  notes.forEach((pitch_hz, index) => note(ctx, pitch_hz, ctx.currentTime + index * 0.14));
  return true;
}

function context(): AudioContext | null {
  if (!audio && typeof AudioContext === "function") audio = new AudioContext();
  return audio;
}

function note(ctx: AudioContext, pitch_hz: number, at_s: number): void {
  const tone = ctx.createOscillator();
  const gain = ctx.createGain();
  tone.type = "triangle";
  tone.frequency.value = pitch_hz;
  gain.gain.setValueAtTime(0, at_s);
  gain.gain.linearRampToValueAtTime(0.35, at_s + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.001, at_s + 0.45);
  tone.connect(gain).connect(ctx.destination);
  tone.start(at_s);
  tone.stop(at_s + 0.5);
}

export type DesktopPermission = NotificationPermission | "unsupported";

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
  if (desktopPermission() !== "granted") return false;
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
