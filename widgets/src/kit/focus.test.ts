import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { keepFocus } from "./focus";

/** A page of one heading and one button, as far as the focus goes. */
class Page {
  readonly heading = { focus: () => void (this.activeElement = this.heading) };
  readonly body = { querySelector: () => this.heading, isConnected: true };
  readonly button = { isConnected: true, parentElement: this.body, disabled: false, closest: () => null, querySelector: () => null, getClientRects: () => [{}], matches: () => this.button.disabled };
  activeElement: unknown = this.body;
  #heard = new Map<string, (event: unknown) => void>();

  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.#heard.set(name, listener);
  }

  enter(): void {
    this.activeElement = this.button;
    this.#heard.get("focusin")?.({ target: this.button });
  }

  leave(to: unknown = this.body): void {
    this.activeElement = to;
    this.#heard.get("focusout")?.({ target: this.button, relatedTarget: null });
  }

  remove(): void {
    this.button.isConnected = false;
    if (this.activeElement === this.button) this.activeElement = this.body;
    changed();
  }
}

let page: Page;
let changed: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", { setTimeout });
  vi.stubGlobal(
    "MutationObserver",
    class {
      constructor(listener: () => void) {
        changed = listener;
      }
      observe(): void {}
    },
  );
  page = new Page();
  keepFocus(page as unknown as Document);
  page.enter();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("the heading takes the focus that a button took away with it", () => {
  page.remove();
  vi.runAllTimers();
  expect(page.activeElement).toBe(page.heading);
});

test("a browser that tells of it before the button is gone changes nothing", () => {
  page.leave();
  page.remove();
  vi.runAllTimers();
  expect(page.activeElement).toBe(page.heading);
});

test("who left the button for an empty place stays there when it goes", () => {
  page.leave();
  vi.runAllTimers();
  page.remove();
  vi.runAllTimers();
  expect(page.activeElement).toBe(page.body);
});

test("a button that is busy until it goes has not been left", () => {
  page.button.disabled = true;
  page.leave();
  vi.runAllTimers();
  page.remove();
  vi.runAllTimers();
  expect(page.activeElement).toBe(page.heading);
});

test("a window that is left keeps its place", () => {
  page.leave(page.button);
  vi.runAllTimers();
  page.remove();
  vi.runAllTimers();
  expect(page.activeElement).toBe(page.heading);
});
