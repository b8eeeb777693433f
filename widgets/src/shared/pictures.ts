/** Pictures of a call: whether they come, and from which camera. */
import { mayHaveSound, missingOf, NoMicrophone } from "./microphone";

/** How often it is looked whether pictures come: slower than any camera. */
const FRAMES_MS = 1_000;

/** Pictures come and cease as the other side likes; no browser tells, so their frames are counted until `over`. */
export function watchPictures(receiver: RTCRtpReceiver, over: () => boolean, hear: (on: boolean) => void): void {
  let [frames, on] = [0, false];
  const watch = setInterval(async () => {
    if (over()) return clearInterval(watch);
    let now = 0;
    for (const each of (await receiver.getStats()).values()) if (each.type === "inbound-rtp") now = Number(each.framesReceived ?? 0);
    const comes = now > frames;
    frames = now;
    if (comes !== on && !over()) hear((on = comes));
  }, FRAMES_MS);
}

/** Pictures from one camera, from any other when that one is gone or none is named. */
export async function openPictures(device: string): Promise<MediaStreamTrack> {
  if (!mayHaveSound()) throw new NoMicrophone("insecure");
  const wishes = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 24 } };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: device ? { ...wishes, deviceId: { ideal: device } } : wishes });
    return stream.getVideoTracks()[0]!;
  } catch (error) {
    throw new NoMicrophone(missingOf(error));
  }
}
