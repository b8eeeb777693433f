/** Every way in which Wave catches an agent's eye and ear, tried out: what works, and what has to be done where one does not. */
import { saidWords } from "../kit/refusal";
import { type Api, ApiError } from "../shared/api";
import { language, t } from "../shared/i18n";
import { soundOn, tryChime } from "../shared/sound";
import { askForDesktop, desktopOn, desktopPermission } from "./alerts";
import { pushEndpoint, type PushState, pushState } from "./push";

export type Way = "sound" | "desktop" | "push";

/** `off`: by choice. */
export type Verdict = { tone: "good" | "off" | "bad"; text: string };

const SHOWN_WITHIN_MS = 3_000;
const ARRIVES_WITHIN_MS = 15_000;

export async function trySound(): Promise<Verdict> {
  if (!(await tryChime())) return bad(t("The browser plays no sound here. Allow sound in this site's settings."));
  if (!(await hasSpeaker())) return bad(t("This computer has no loudspeaker or headset that is switched on."));
  if (!soundOn()) return { tone: "off", text: t("You should hear a chime. In daily work it is switched off in your settings.") };
  return { tone: "good", text: t("You should hear a chime. If not, look at the volume of this tab and of the computer.") };
}

/** Where nothing can be asked about loudspeakers there is one. */
async function hasSpeaker(): Promise<boolean> {
  const found = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return found.length === 0 || !found.some(({ kind }) => kind === "audioinput") || found.some(({ kind }) => kind === "audiooutput");
}

/** Call it from a press of a button: it may ask. */
export async function tryDesktop(): Promise<Verdict> {
  const permission = desktopPermission() === "default" ? await askForDesktop() : desktopPermission();
  if (permission === "unsupported") return bad(t("This browser shows notifications only over HTTPS."));
  if (permission === "denied") return bad(t("Notifications are blocked in this browser. Allow them in this site's settings."));
  if (permission === "default") return bad(t("The browser's question was not answered. Press the button again and allow notifications."));
  if (!desktopOn()) return { tone: "off", text: t("Allowed by the browser, but switched off in your settings.") };
  return (await isShown()) ? { tone: "good", text: t("You should see a notification. If not, the system holds it back: look for “Do not disturb”.") } : bad(t("The system shows no notifications of this browser. Allow them in the system's settings."));
}

function isShown(): Promise<boolean> {
  return new Promise((done) => {
    try {
      const shown = new Notification(t("This is a test"), { body: t("So you are told when somebody waits for you."), tag: "engage test", silent: true });
      shown.onshow = () => done(true);
      shown.onerror = () => done(false);
      setTimeout(() => done(false), SHOWN_WITHIN_MS);
    } catch {
      done(false); // some phones allow notifications to service workers only
    }
  });
}

export async function tryPush(api: Api): Promise<Verdict> {
  const state: PushState = await pushState();
  if (state === "unsupported") return bad(t("This browser takes no push messages here."));
  if (state === "denied") return bad(t("Notifications are blocked in this browser. Allow them in this site's settings."));
  if (state === "off") return { tone: "off", text: t("Switched off: while Wave is closed, nothing tells you. Your settings switch them on.") };
  const arrived = arrives();
  try {
    const { outcome } = await api.post<{ outcome: Outcome }>("/v1/me/push/trial", { endpoint: await pushEndpoint(), language: language() });
    if (outcome !== "sent") return bad(outcomeWords(outcome));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return bad(saidWords(error));
  }
  return (await arrived) ? { tone: "good", text: t("A push message went out and came back to this browser.") } : bad(t("A push message went out, but did not come back within 15 seconds."));
}

type Outcome = "sent" | "again" | "refused" | "gone" | "unknown";

function outcomeWords(outcome: Exclude<Outcome, "sent">): string {
  switch (outcome) {
    case "again":
      return t("The server cannot reach the browser's push service. An administrator has to let it out to the Internet.");
    case "refused":
      return t("The browser's push service refused the message.");
    case "gone":
    case "unknown":
      return t("This browser is no longer subscribed. Switch push notifications off and on in your settings.");
  }
}

function arrives(): Promise<boolean> {
  return new Promise((done) => {
    const heard = ({ data }: MessageEvent<{ pushed?: string }>): void => finish(data?.pushed === "engage test");
    const timer = setTimeout(() => finish(true, false), ARRIVES_WITHIN_MS);
    function finish(mine: boolean, came = true): void {
      if (!mine) return;
      clearTimeout(timer);
      navigator.serviceWorker.removeEventListener("message", heard);
      done(came);
    }
    navigator.serviceWorker.addEventListener("message", heard);
  });
}

const bad = (text: string): Verdict => ({ tone: "bad", text });
