/** Files dragged over a page: told while they are, and taken when they are let go. */
import { filesOf, holdsFiles } from "./files";

/** Listen on `window`: a file that misses the place would replace the page. Returns how to stop. */
export function watchDrops(onDragging: (over: boolean) => void, onFiles: (files: File[]) => void): () => void {
  let depth = 0;
  const listeners: [keyof WindowEventMap, (event: DragEvent) => void][] = [
    ["dragenter", () => ++depth === 1 && onDragging(true)],
    ["dragleave", () => --depth === 0 && onDragging(false)],
    ["dragover", () => undefined],
    [
      "drop",
      (event) => {
        depth = 0;
        onDragging(false);
        onFiles(filesOf(event.dataTransfer));
      },
    ],
  ];
  const undo = listeners.map(([name, work]) => {
    const heard = (event: Event): void => {
      if (!holdsFiles((event as DragEvent).dataTransfer)) return;
      event.preventDefault();
      work(event as DragEvent);
    };
    window.addEventListener(name, heard);
    return () => window.removeEventListener(name, heard);
  });
  return () => undo.forEach((each) => each());
}
