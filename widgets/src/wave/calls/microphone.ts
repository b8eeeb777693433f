/** The browser's microphones and loudspeakers: which are chosen, and why there is none. */
import { t } from "../../shared/i18n";
import { store, stored } from "../../kit/stored";

export type Missing = "refused" | "none" | "busy" | "insecure";

export class NoMicrophone extends Error {
  constructor(readonly why: Missing) {
    super(why);
  }
}

export interface Devices {
  microphone: string;
  speaker: string;
}

const KEY = "engage.wave.devices";
const usual: Devices = { microphone: "", speaker: "" };

export const chosenDevices = (): Devices => ({ ...usual, ...stored<Partial<Devices>>(KEY) });

export function chooseDevices(change: Partial<Devices>): Devices {
  const devices = { ...chosenDevices(), ...change };
  store(KEY, devices);
  return devices;
}

/** Whether this page may have sound at all; browsers give it to encrypted and local pages only. */
export const mayHaveSound = (): boolean => isSecureContext && navigator.mediaDevices !== undefined;

/** Sound from the chosen microphone, from any other when that one is gone. */
export async function openMicrophone(): Promise<MediaStream> {
  if (!mayHaveSound()) throw new NoMicrophone("insecure");
  const { microphone } = chosenDevices();
  const wishes = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: microphone ? { ...wishes, deviceId: { ideal: microphone } } : wishes });
  } catch (error) {
    throw new NoMicrophone(missingOf(error));
  }
}

function missingOf(error: unknown): Missing {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    default:
      return "busy";
  }
}

export function missingTitle(why: Missing): string {
  switch (why) {
    case "refused":
      return t("The microphone is blocked");
    case "none":
      return t("There is no microphone");
    case "busy":
      return t("The microphone cannot be used");
    case "insecure":
      return t("Calls need an encrypted page");
  }
}

export function missingWords(why: Missing): string {
  switch (why) {
    case "refused":
      return t("This browser does not let Wave hear you. Click the sign beside the page's address, allow the microphone, and call again.");
    case "none":
      return t("Plug in a headset or a microphone, and call again.");
    case "busy":
      return t("Another program may be using it. Close that program, or choose another microphone, and call again.");
    case "insecure":
      return t("Browsers give the microphone to pages opened by https:// only. Open Wave by its encrypted address.");
  }
}

export async function listDevices(): Promise<{ microphones: MediaDeviceInfo[]; speakers: MediaDeviceInfo[] }> {
  if (!mayHaveSound()) return { microphones: [], speakers: [] };
  const devices = await navigator.mediaDevices.enumerateDevices();
  // Without the permission there are entries without names: nothing to choose from.
  const named = devices.filter(({ deviceId, label }) => deviceId && label);
  return { microphones: named.filter(({ kind }) => kind === "audioinput"), speakers: named.filter(({ kind }) => kind === "audiooutput") };
}

export function stopStream(stream: MediaStream | null | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** How loud it is now, from 0 to 1, called some fifteen times a second until the returned function is called. */
export function watchLevel(stream: MediaStream, told: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
    const decibels = 10 * Math.log10(power + 1e-9);
    told(Math.min(1, Math.max(0, (decibels + 60) / 60)));
  }, 66);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
