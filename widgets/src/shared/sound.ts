/** A short, soft two-tone sound for a new message: synthesised, so nothing is fetched. */

const KEY = "engage-sound";
let memory: boolean | null = null;

export function soundOn(): boolean {
  if (memory !== null) return memory;
  try {
    memory = localStorage.getItem(KEY) !== "off";
  } catch {
    memory = true;
  }
  return memory;
}

export function setSound(on: boolean): void {
  memory = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Storage denied: the choice holds as long as the page.
  }
}

/** Browsers allow sound only after the first gesture; before it this does nothing. */
export function chime(): void {
  if (!soundOn() || !navigator.userActivation?.hasBeenActive) return;
  play();
}

/** Plays it whatever is chosen, when somebody presses a button for it; tells whether the browser lets it be heard. */
export async function tryChime(): Promise<boolean> {
  const playing = play();
  await Promise.race([playing.resume(), new Promise((done) => setTimeout(done, 1_000))]);
  return playing.state === "running";
}

function play(): AudioContext {
  const context = new AudioContext();
  [587.3, 880].forEach((frequency, index) => {
    const tone = context.createOscillator();
    const level = context.createGain();
    const from = context.currentTime + index * 0.09;
    tone.frequency.value = frequency;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(0.12, from + 0.015);
    level.gain.exponentialRampToValueAtTime(0.001, from + 0.35);
    tone.connect(level).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.4);
  });
  setTimeout(() => context.close(), 2_000); // silence is computed as well, and keeps the device awake
  return context;
}
