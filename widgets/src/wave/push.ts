/** Push messages: this browser is told of news while Wave is closed. */
import { type Api, ApiError } from "../shared/api";
import { workerOf } from "./installing";

const PATH = "/v1/me/push";

/** `off` and `on`; `denied`: the browser asks no more; `unsupported`: it has no push messages here. */
export type PushState = "off" | "on" | "denied" | "unsupported";

function manager(): PushManager | null {
  const registration = workerOf() as (ServiceWorkerRegistration & { pushManager?: PushManager }) | null;
  return registration?.pushManager ?? null;
}

export async function pushState(): Promise<PushState> {
  const push = manager();
  if (!push || typeof Notification !== "function") return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return (await push.getSubscription()) ? "on" : "off";
}

/** The address of this browser's subscription; empty where there is none. */
export async function pushEndpoint(): Promise<string> {
  return (await manager()?.getSubscription())?.endpoint ?? "";
}

/** Asks the browser, then tells the server; call it from a press of a button only. Throws where either refuses. */
export async function beginPush(api: Api): Promise<PushState> {
  const push = manager();
  if (!push) return "unsupported";
  if ((await Notification.requestPermission()) !== "granted") return pushState();
  const { key } = await api.get<{ key: string }>(PATH);
  const made = await push.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  try {
    await api.post(PATH, made.toJSON());
  } catch (error) {
    await made.unsubscribe();
    throw error;
  }
  return "on";
}

/** This browser is told nothing more; also when the server cannot be reached. */
export async function endPush(api: Api): Promise<PushState> {
  const held = await manager()?.getSubscription();
  if (held) {
    await held.unsubscribe();
    try {
      await api.request("DELETE", PATH, { endpoint: held.endpoint });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // the push service refuses it from now on
    }
  }
  return pushState();
}

/** The server may have forgotten this browser, or know it under a session that is over. */
export async function renewPush(api: Api): Promise<void> {
  const held = await manager()?.getSubscription();
  if (!held) return;
  try {
    await api.post(PATH, held.toJSON());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error; // with the next start
  }
}
