import { type RefObject, useLayoutEffect } from "react";

/**
 * What one has done may take its own row away: whoever works by keyboard goes on from here.
 *
 * `place` holds the rows, and whose component asks is drawn anew when they change; `onward` takes the focus that one of them had.
 */
export function useHeldFocus(place: RefObject<HTMLElement | null>, onward: RefObject<HTMLElement | null>): void {
  const held = place.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (held && document.activeElement === document.body) onward.current?.focus({ preventScroll: true });
  });
}
