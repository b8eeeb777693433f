/* Where agents may see who is on the site: tells that this page is open, and shows an agent's invitation.
   The server puts it after the loader, whose script it shares and whose interface it uses. */
interface Invitation {
  id: string;
  agent: string;
  text: string;
  open: string;
  dismiss: string;
  dir: string;
}

interface Chat {
  open(): void;
  on(name: string, listener: () => void): void;
}

/** Pages so far apart are two stays. */
const STAY_MS = 30 * 60_000;

((page: Window & { EngageChat?: Chat }, doc: Document) => {
  const script = doc.currentScript as HTMLScriptElement | null;
  const chat = page.EngageChat;
  if (!script || !chat || doc.querySelector("engage-invitation")) return; // included twice: told once
  const link = /^(.*)\/livechat\/([^/]+)\/widget\.js/.exec(script.src);
  if (!link) return;
  const address = `${link[1]}/v1/livechat/${link[2]}/presence`;
  let state = "browsing";
  let opened = false;
  let dismissed = "";
  let shown = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  // A name for this tab, so that the next page is the same visitor; nowhere else, and no longer than the tab.
  const stored = (name: string, value?: string): string | null => {
    try {
      if (value) sessionStorage.setItem(name, value);
      return sessionStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const visit = stored("engage-visit") ?? stored("engage-visit", made) ?? made;
  // The next page is the same stay; who was away for longer came back.
  const away_ms = Date.now() - Number(stored("engage-seen") ?? Date.now());
  const returning = stored("engage-back", away_ms > STAY_MS ? "yes" : undefined) === "yes";
  // The chat's own frame comes when somebody means to use it: until then this says whether one goes on.
  let talking = away_ms < STAY_MS && stored("engage-talking") === "yes";
  const talks = (now: boolean): void => {
    talking = now;
    stored("engage-talking", now ? "yes" : "no");
    settle();
  };

  const message = (now: string): string =>
    JSON.stringify({
      visit,
      state: now,
      page_url: location.href.slice(0, 2000),
      page_title: doc.title.slice(0, 300),
      referrer: doc.referrer.slice(0, 2000),
      language: (doc.documentElement.lang || navigator.language).slice(0, 35),
      returning,
      dismissed,
    });

  const host = doc.createElement("engage-invitation");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ":host{all:initial}section{position:fixed;z-index:2147483646;inset-block-end:92px;inset-inline:auto 20px;box-sizing:border-box;max-width:min(320px,100vw - 40px);padding:16px;border-radius:16px;background:Canvas;color:CanvasText;box-shadow:0 4px 24px #0005;font:16px/1.4 system-ui}p{margin:0 0 12px}button{font:inherit;min-height:40px;padding:6px 14px;margin-inline-end:8px;border:1px solid currentColor;border-radius:20px;background:none;color:inherit;cursor:pointer}[hidden]{display:none}",
  );
  root.adoptedStyleSheets = [sheet];
  const card = doc.createElement("section");
  const words = doc.createElement("p");
  const open = doc.createElement("button");
  const no = doc.createElement("button");
  card.setAttribute("role", "status");
  card.hidden = true;
  card.append(words, open, no);
  root.append(card);
  doc.body?.append(host);

  const hide = (): void => {
    card.hidden = true;
    shown = "";
  };
  const show = (invitation: Invitation | null): void => {
    if (!invitation || state !== "browsing" || invitation.id === dismissed) return hide();
    if (invitation.id === shown && host.isConnected) return; // words written anew are read out anew
    shown = invitation.id;
    card.hidden = false;
    if (!host.isConnected) doc.body.append(host);
    card.dir = invitation.dir;
    words.textContent = invitation.text;
    open.textContent = invitation.open;
    no.textContent = invitation.dismiss;
    const done = (): void => {
      dismissed = invitation.id;
      hide();
    };
    open.onclick = () => {
      done();
      chat.open();
    };
    no.onclick = () => {
      done();
      void tell();
    };
  };

  const tell = async (): Promise<void> => {
    clearTimeout(timer);
    let again_ms = 60_000;
    try {
      const answer = await fetch(address, { method: "POST", body: message(state), credentials: "omit", headers: { "content-type": "text/plain" } });
      if (answer.status === 404) return; // nobody wants to know any more
      if (answer.ok) {
        const told = (await answer.json()) as { every_ms: number; invitation: Invitation | null };
        again_ms = told.every_ms;
        show(told.invitation);
      }
    } catch {
      // the site does not allow it, or the network is away: later
    }
    clearTimeout(timer);
    if (!doc.hidden) timer = setTimeout(() => void tell(), again_ms);
  };
  const settle = (): void => {
    const next = talking ? "chatting" : opened ? "form" : "browsing";
    if (next === state) return;
    state = next;
    if (state !== "browsing") hide();
    void tell();
  };

  chat.on("open", () => {
    opened = true;
    settle();
  });
  chat.on("close", () => {
    opened = false;
    settle();
  });
  chat.on("started", () => talks(true));
  chat.on("talking", () => talks(true));
  chat.on("ended", () => talks(false));
  doc.addEventListener("visibilitychange", () => !doc.hidden && void tell());
  page.addEventListener("pagehide", () => {
    stored("engage-seen", `${Date.now()}`);
    navigator.sendBeacon(address, message("left"));
  });
  page.addEventListener("pageshow", (event) => event.persisted && void tell());
  if (talking) state = "chatting";
  void tell();
})(window, document);
