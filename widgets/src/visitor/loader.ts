/* The one script a web site includes. It draws a button; the chat itself is loaded when somebody means to use it. */
// The server puts the live chat's settings here.
declare const __ENGAGE_CONFIG__: { title: string; color: string; ink: string; position: string; mode: string; label: string; icon: string; picture: string; css: string };

type Listener = (value?: unknown) => void;
/** What was asked before this script came: `["identify", {…}]`. */
type Call = [name: string, ...values: unknown[]];

interface Chat {
  open(): void;
  close(): void;
  identify(identity: object): void;
  setVisitor(identity: object): void;
  logout(): void;
  on(name: string, listener: Listener): void;
  off(name: string, listener?: Listener): void;
  push(...calls: Call[]): void;
}

((page: Window & { EngageChat?: Chat | Call[] }, doc: Document) => {
  const script = doc.currentScript as HTMLScriptElement | null;
  const asked = page.EngageChat || [];
  if (!("map" in asked) || !script) return; // included twice: one button
  const config = __ENGAGE_CONFIG__;
  const address = script.src.split("/widget.js")[0]!;
  const origin = new URL(address).origin;
  let listeners: [string, Listener][] = [];
  let frame: HTMLIFrameElement | undefined;
  let shown = false;
  // What a frame must hear when it loads: again, too, where the site takes it out and it comes back.
  let live: Window | null | undefined;
  let left: string | void;
  let known: { jwt?: unknown } | undefined;

  const make = <Tag extends keyof HTMLElementTagNameMap>(tag: Tag): HTMLElementTagNameMap[Tag] => doc.createElement(tag);
  const fire = (name: string, value?: unknown): void => listeners.forEach(([wanted, listener]) => wanted == name && listener(value));
  /** Taken out and put in again, the frame is another window. Returns what it could not hear. */
  const tell = (type: string, identity?: object): string | void =>
    live && live == frame!.contentWindow ? live.postMessage({ engage: 1, type, identity, value: [location.href, doc.title, doc.referrer] }, origin) : type;

  const side = `20px;${config.position}:20px;`;
  const host = make("engage-chat" as "b");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  // Constructed sheets need no 'unsafe-inline' on the site.
  sheet.replaceSync(
    `:host{all:initial}button,iframe{position:fixed;box-sizing:border-box;z-index:2111111111;border:1px solid #0000;box-shadow:0 4px 24px #0005}button{bottom:${side}width:56px;height:56px;padding:15px;border-radius:28px;background:${config.color};color:${config.ink};cursor:pointer}button:focus-visible{outline:3px solid;outline-offset:-6px}svg{fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}b{position:absolute;right:-4px;top:-4px;min-width:22px;border-radius:11px;background:#b3261e;color:#fff;font:700 12px/22px system-ui}[hidden]{display:none}iframe{bottom:92px;${side.slice(5)}width:400px;height:min(680px,100dvh - 112px);border-radius:16px;background:Canvas;color-scheme:${config.mode == "auto" ? "light dark" : config.mode}}@media(max-width:500px),(max-height:500px){iframe{inset:0;width:100%;height:100%;border:0;border-radius:0}}` + config.css,
  );
  root.adoptedStyleSheets = [sheet];

  const button = make("button");
  const badge = make("b");
  const icon = doc.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = icon.appendChild(doc.createElementNS(icon.namespaceURI, "path"));
  icon.setAttribute("viewBox", "0 0 24 24");
  badge.hidden = true;
  button.append(icon, badge);
  root.append(button);
  const draw = (unread?: number): void => {
    path.setAttribute("d", shown ? "M6 6l12 12M18 6 6 18" : config.icon);
    button.ariaExpanded = `${shown}`;
    if (unread == null) return;
    badge.textContent = `${unread}`;
    badge.hidden = !unread;
    button.ariaLabel = config.label + (unread ? ` (${unread})` : "");
  };
  draw(0);
  if (config.picture) {
    // Not before it has come: a site whose policy admits no picture of ours shows the one that is drawn.
    const picture = make("img");
    picture.onload = () => icon.before(picture);
    picture.alt = "";
    picture.src = origin + config.picture;
  }

  const load = (): void => {
    if (frame) return;
    frame = make("iframe");
    frame.hidden = true;
    frame.title = config.title;
    frame.sandbox.value = "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads";
    frame.allow = "autoplay; camera; clipboard-write; microphone; speaker-selection";
    frame.src = address;
    // Who is there comes first: the frame shows nobody's chat before it knows.
    frame.onload = () => {
      live = frame!.contentWindow;
      if (left) left = tell(left);
      known && tell("identify", known);
      tell("hello");
      shown && tell("shown");
    };
    root.append(frame);
  };
  const show = (value: boolean): void => {
    if (value == shown) return;
    load();
    frame!.hidden = !(shown = value);
    draw();
    tell(value ? "shown" : "hidden");
    (value ? frame! : button).focus();
    fire(value ? "open" : "close");
  };

  /** Remembers for this tab that a call is up, or that none is; whether one was. */
  const inCall = (up?: number): unknown => {
    try {
      const was = sessionStorage.engageCall;
      up ? (sessionStorage.engageCall = up) : delete sessionStorage.engageCall;
      return was;
    } catch {
      return; // the site may not store: a call ends there with its page
    }
  };

  button.onclick = () => show(!shown);
  button.onpointerenter = button.onfocus = load;
  page.addEventListener("keydown", (event) => event.key == "Escape" && show(false));
  page.addEventListener("message", ({ source, origin: from, data }: MessageEvent<{ engage?: number; type: string; value?: unknown } | null>) => {
    if (source !== live || from != origin || data?.engage != 1) return;
    if (data.type == "close") return show(false);
    if (data.type == "unread") draw(data.value as number);
    if (data.type == "call-started") inCall(1);
    if (data.type == "call-ended") inCall();
    fire(data.type, data.value);
  });

  const identify = (identity: object): unknown => tell("identify", (known = { jwt: known?.jwt, ...identity }));
  const chat: Chat = (page.EngageChat = {
    open: () => show(true),
    close: () => show(false),
    identify,
    setVisitor: identify,
    logout: () => {
      known = undefined;
      left = tell("logout");
      load(); // only the frame can forget
    },
    on: (name, listener) => {
      listeners.push([name, listener]);
      if (name == "ready") listener();
    },
    off: (name, listener) => {
      listeners = listeners.filter(([known, each]) => known != name || (listener && each != listener));
    },
    push: (...calls) => calls.forEach(([name, ...values]) => (chat[name as "push"] as (...values: unknown[]) => void)(...values)),
  });

  // In the head there is no body yet, and single-page sites replace it: come back whenever the button is gone.
  const place = (): void => {
    if (doc.body && !host.isConnected) doc.body.append(host);
  };
  place();
  new MutationObserver(place).observe(doc.documentElement, { childList: true, subtree: true });
  chat.push(...asked);
  inCall() && show(true); // the server holds the call for the page that is loaded anew
})(window, document);
