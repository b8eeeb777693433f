/** The browser's microphones and loudspeakers, and why there is none. */

export type Missing = "refused" | "none" | "busy" | "insecure";

export class NoMicrophone extends Error {
  constructor(readonly why: Missing) {
    super(why);
  }
}

/** Whether this page may have sound at all; browsers give it to encrypted and local pages only. */
export const mayHaveSound = (): boolean => isSecureContext && navigator.mediaDevices !== undefined;

/** Sound from one microphone, from any other when that one is gone or none is named. */
export async function openMicrophone(device: string): Promise<MediaStream> {
  if (!mayHaveSound()) throw new NoMicrophone("insecure");
  const wishes = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: device ? { ...wishes, deviceId: { ideal: device } } : wishes });
  } catch (error) {
    throw new NoMicrophone(missingOf(error));
  }
}

/** Why a browser gave no device, as far as it tells. */
export function missingOf(error: unknown): Missing {
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

export interface Devices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
  cameras: MediaDeviceInfo[];
}

export const noDevices: Devices = { microphones: [], speakers: [], cameras: [] };

export async function listDevices(): Promise<Devices> {
  if (!mayHaveSound()) return noDevices;
  const devices = await navigator.mediaDevices.enumerateDevices();
  // Without the permission there are entries without names: nothing to choose from.
  const named = devices.filter(({ deviceId, label }) => deviceId && label);
  const of = (wanted: MediaDeviceKind): MediaDeviceInfo[] => named.filter(({ kind }) => kind === wanted);
  return { microphones: of("audioinput"), speakers: of("audiooutput"), cameras: of("videoinput") };
}

export function stopStream(stream: MediaStream | null | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
