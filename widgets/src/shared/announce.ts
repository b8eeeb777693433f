/** Says something to a screen reader without moving the focus. */
interface Region {
  element: HTMLElement;
  /** It is no longer new. */
  known: Promise<void>;
}

let region: Region | null = null;

/** A region that is new to a screen reader is heard only with what comes after it. */
const NEW_MS = 100;
const STAY_MS = 5_000;

export function announce(text: string): void {
  if (!region?.element.isConnected) region = opened();
  const { element, known } = region;
  void known.then(() => say(element, text));
}

function opened(): Region {
  const element = document.createElement("div");
  element.className = "visually-hidden";
  element.setAttribute("aria-live", "polite");
  document.body.append(element);
  return { element, known: new Promise((resolve) => setTimeout(resolve, NEW_MS)) };
}

function say(region: HTMLElement, text: string): void {
  const line = document.createElement("p");
  line.textContent = text;
  region.append(line);
  setTimeout(() => line.remove(), STAY_MS);
}
