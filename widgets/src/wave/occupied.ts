/** Whether the keys that are pressed now are for something in particular. */

type Page = Pick<Document, "querySelector" | "activeElement">;

const OPEN = '[role="dialog"][aria-modal="true"], [role="alertdialog"], [role="menu"], [role="listbox"]';

/** A dialog, a menu, or a call that wants to be answered. */
export const isAsked = (page: Page): boolean => page.querySelector(OPEN) !== null;

export function isWriting(element: Element | null): boolean {
  return element !== null && ((element as HTMLElement).isContentEditable || element.matches("input:not([type=checkbox]), textarea, select"));
}

/** Whoever writes, chooses from a menu or answers a dialog must not find themselves elsewhere. */
export const isOccupied = (page: Page): boolean => isAsked(page) || isWriting(page.activeElement);
