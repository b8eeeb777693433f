import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { announce } from "./announce";

/** As much of an element as a live region needs. */
class Element {
  className = "";
  textContent = "";
  isConnected = false;
  children: Element[] = [];

  setAttribute(): void {}

  append(child: Element): void {
    child.isConnected = true;
    this.children.push(child);
  }

  remove(): void {
    for (const each of [body, ...body.children]) each.children = each.children.filter((child) => child !== this);
    this.isConnected = false;
  }
}

let body: Element;
const said = (): string[] => body.children.flatMap((region) => region.children.map((line) => line.textContent));

beforeEach(() => {
  vi.useFakeTimers();
  body = new Element();
  vi.stubGlobal("document", { body, createElement: () => new Element() });
});

afterEach(() => {
  for (const region of body.children) region.isConnected = false;
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("nothing is written into a region that is still new, and all of it is said then, in its order", async () => {
  announce("one");
  await vi.advanceTimersByTimeAsync(60);
  announce("two");
  await vi.advanceTimersByTimeAsync(30);
  expect(said()).toEqual([]);
  await vi.advanceTimersByTimeAsync(20);
  expect(said()).toEqual(["one", "two"]);
  announce("three");
  await vi.advanceTimersByTimeAsync(0);
  expect(said()).toEqual(["one", "two", "three"]);
  expect(body.children).toHaveLength(1);
});

test("what was said goes after a while; a page that lost its region is given a new one", async () => {
  announce("one");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(said()).toEqual([]);
  body.children[0]?.remove();
  announce("two");
  await vi.advanceTimersByTimeAsync(100);
  expect(said()).toEqual(["two"]);
});
