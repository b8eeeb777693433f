/** What the frame hears: again, too, when a site has taken it out and it comes back. */
import { afterEach, expect, test, vi } from "vitest";

class Fake {
  children: Fake[] = [];
  isConnected = true;
  hidden = false;
  sandbox = {};
  contentWindow: { postMessage: (message: { type: string; identity?: object }) => void } | null = null;
  onload = (): void => undefined;
  append(...more: Fake[]): void {
    this.children.push(...more);
  }
  appendChild(child: Fake): Fake {
    return child;
  }
  attachShadow(): Fake {
    return roots;
  }
  setAttribute(): void {}
  focus(): void {}
}
let roots = new Fake();

afterEach(() => vi.unstubAllGlobals());

test("a frame that loads again hears who is there and that it is shown; nobody logs out twice", async () => {
  roots = new Fake();
  const page = { addEventListener: () => undefined } as unknown as { EngageChat: { identify(who: object): void; logout(): void; open(): void } };
  vi.stubGlobal("window", page);
  vi.stubGlobal("document", { currentScript: { src: "https://chat.test/livechat/demo/widget.js" }, createElement: () => new Fake(), createElementNS: () => new Fake(), body: new Fake(), title: "", referrer: "" });
  vi.stubGlobal("location", { href: "https://shop.test/" });
  vi.stubGlobal("CSSStyleSheet", class { replaceSync(): void {} });
  vi.stubGlobal("MutationObserver", class { observe(): void {} });
  vi.stubGlobal("__ENGAGE_CONFIG__", { title: "", color: "#123456", ink: "#fff", position: "right", mode: "auto", label: "Chat", icon: "", picture: "", css: "" });
  await vi.importActual("./loader");
  const chat = page.EngageChat;
  chat.logout();
  const frame = roots.children.at(-1)!;
  const load = (): [string, object | undefined][] => {
    const heard: [string, object | undefined][] = [];
    frame.contentWindow = { postMessage: ({ type, identity }) => void heard.push([type, identity]) };
    frame.onload();
    return heard;
  };
  chat.identify({ jwt: "kim" });
  const first = load();
  expect(first).toEqual([["logout", undefined], ["identify", { jwt: "kim" }], ["hello", undefined]]);
  chat.open();
  chat.identify({ name: "Kim" });
  expect(first.slice(3)).toEqual([["shown", undefined], ["identify", { jwt: "kim", name: "Kim" }]]);
  expect(load()).toEqual([["identify", { jwt: "kim", name: "Kim" }], ["hello", undefined], ["shown", undefined]]);
  frame.contentWindow = null; // the site has replaced its body
  chat.logout();
  expect(load()).toEqual([["logout", undefined], ["hello", undefined], ["shown", undefined]]);
});
