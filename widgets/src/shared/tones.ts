/** What a telephone sounds like: ringing, the tone of ringing at the other end, a second call waiting. */
import { soundOn } from "./sound";

export type Tone = "ring" | "ringback" | "waiting";

interface Cadence {
  hertz: readonly number[];
  on_s: number;
  each_s: number;
  level: number;
}

const cadences: Record<Tone, Cadence> = {
  ring: { hertz: [659.3, 830.6], on_s: 1.2, each_s: 3, level: 0.16 },
  ringback: { hertz: [425], on_s: 1, each_s: 5, level: 0.08 },
  waiting: { hertz: [425], on_s: 0.2, each_s: 4, level: 0.08 },
};

let context: AudioContext | null = null;
let playing: { tone: Tone; timer: ReturnType<typeof setInterval>; level: GainNode } | null = null;

/** Play this tone until another is set; null: none. Browsers allow sound only after the first gesture. */
export function setTone(tone: Tone | null): void {
  if (playing?.tone === tone) return;
  stop();
  if (tone === null || !navigator.userActivation?.hasBeenActive) return;
  if (tone === "ring" && !soundOn()) return;
  context ??= new AudioContext();
  void context.resume();
  const level = context.createGain();
  level.connect(context.destination);
  const cadence = cadences[tone];
  const once = (): void => sound(cadence, level);
  once();
  playing = { tone, level, timer: setInterval(once, cadence.each_s * 1000) };
}

function stop(): void {
  if (!playing) return;
  clearInterval(playing.timer);
  playing.level.disconnect();
  playing = null;
  void context?.suspend(); // silence is computed as well, and keeps the device awake
}

function sound({ hertz, on_s, level }: Cadence, into: AudioNode): void {
  if (!context) return;
  const from = context.currentTime;
  for (const frequency of hertz) {
    const tone = context.createOscillator();
    const swell = context.createGain();
    tone.frequency.value = frequency;
    swell.gain.setValueAtTime(0, from);
    swell.gain.linearRampToValueAtTime(level / hertz.length, from + 0.02);
    swell.gain.setValueAtTime(level / hertz.length, from + on_s - 0.04);
    swell.gain.linearRampToValueAtTime(0, from + on_s);
    tone.connect(swell).connect(into);
    tone.start(from);
    tone.stop(from + on_s);
  }
}
