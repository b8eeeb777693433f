/** Which microphone, loudspeaker and camera calls use, and what is said where there is none. */
import { t } from "../../shared/i18n";
import { type Missing, openMicrophone as openOne } from "../../shared/microphone";
import { openPictures } from "../../shared/pictures";
import { store, stored } from "../../kit/stored";

export interface Chosen {
  microphone: string;
  speaker: string;
  camera: string;
}

const KEY = "engage.wave.devices";
const usual: Chosen = { microphone: "", speaker: "", camera: "" };

export const chosenDevices = (): Chosen => ({ ...usual, ...stored<Partial<Chosen>>(KEY) });

export function chooseDevices(change: Partial<Chosen>): Chosen {
  const devices = { ...chosenDevices(), ...change };
  store(KEY, devices);
  return devices;
}

/** Sound from the chosen microphone, from any other when that one is gone. */
export const openMicrophone = (): Promise<MediaStream> => openOne(chosenDevices().microphone);

/** Pictures from the chosen camera, from any other when that one is gone. */
export const openCamera = (): Promise<MediaStreamTrack> => openPictures(chosenDevices().camera);

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
