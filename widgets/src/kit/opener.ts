/** What the focus comes back to when a dialog closes: what it was on, or the button of the menu that it was chosen from. */
export function openerOf(element: Element | null): HTMLElement | null {
  const button = element?.closest('[role="menu"]')?.getAttribute("aria-labelledby");
  return ((button && element?.ownerDocument.getElementById(button)) || element) as HTMLElement | null;
}
