/** A place for the focus when what had it goes away: screen readers and keyboards go on from there. */

/** Time for whoever has an own place for it, such as a dialog that gives it back. */
const GRACE_MS = 150;
const HEADINGS = ':is(h1, h2)[tabindex="-1"]';

/** From now on, the nearest heading takes the focus that a button or a field took away with it. */
export function keepFocus(page: Document = document): void {
  let focused: Element | null = null;
  /** All that it stands in, from the inside out; behind a dialog, all that its opener stood in comes next. */
  let around: Element[] = [];
  let timer = 0;

  page.addEventListener("focusin", ({ target }) => {
    focused = target as Element;
    const own: Element[] = [];
    for (let element: Element = focused; element !== page.body && element.parentElement; element = element.parentElement) own.push(element);
    around = focused.closest("main") ? own : [...own, ...around.filter((each) => each.isConnected && !own.includes(each))];
  });

  page.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (relatedTarget) return;
    // A browser may tell it before the element goes away, and when its window is left, where the element keeps the focus.
    window.setTimeout(() => {
      if (target === focused && page.activeElement === page.body && couldKeep(target as Element)) focused = null;
    });
  });

  new MutationObserver(() => {
    if (timer || !focused || focused.isConnected) return;
    timer = window.setTimeout(() => {
      timer = 0;
      if (page.activeElement === page.body) headingOf([...around, page.body])?.focus({ preventScroll: true });
    }, GRACE_MS);
  }).observe(page.body, { childList: true, subtree: true });
}

/** Whoever had the focus there has left it by himself: it is still there, to be seen and in use. */
function couldKeep(element: Element): boolean {
  return element.isConnected && element.getClientRects().length > 0 && !element.matches(":disabled");
}

function headingOf(around: readonly Element[]): HTMLElement | null {
  for (const element of around) {
    const heading = element.isConnected ? element.querySelector<HTMLElement>(HEADINGS) : null;
    if (heading) return heading;
  }
  return null;
}
