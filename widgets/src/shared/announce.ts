/** Says something to a screen reader without moving the focus. */
let region: HTMLElement | null = null;

/** A region that is new to a screen reader is heard only with what comes after it. */
const NEW_MS = 100;
const STAY_MS = 5_000;

export function announce(text: string): void {
  if (region?.isConnected) return say(region, text);
  region = document.createElement("div");
  region.className = "visually-hidden";
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
  setTimeout(say, NEW_MS, region, text);
}

function say(region: HTMLElement, text: string): void {
  const line = document.createElement("p");
  line.textContent = text;
  region.append(line);
  setTimeout(() => line.remove(), STAY_MS);
}
