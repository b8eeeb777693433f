/** Wave's service worker: its shell without a network, new versions on request, push messages. The server puts `engage` before it. */
import { answerFor, newsOf } from "./rules";

declare const self: ServiceWorkerGlobalScope;
/** What belongs to this version of Wave. */
declare const engage: { version: string; files: string[]; badge: string; icon: string };

const SHELL = "/wave/";
const PREFIX = "engage-wave-";
const CACHE = PREFIX + engage.version;
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await cache.addAll(engage.files.map((file) => new Request(file, { credentials: "omit" })));
      await cache.put(SHELL, await whole(await fetch(new Request(SHELL, { cache: "reload", credentials: "same-origin" }))));
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const answer = answerFor(request, self.location.origin);
  if (answer === "shell") event.respondWith(shell(request));
  else if (answer === "file") event.respondWith(file(request));
});

/** A page that is answered in time is newer than what was kept; an error of the server is the server's to show. */
async function shell(request: Request): Promise<Response> {
  const kept = caches.match(SHELL, { cacheName: CACHE });
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return (await kept) ?? fetch(request);
  }
}

/** Built files never change under their name: those that are loaded later are kept as well. */
async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.headers.get("cache-control")?.includes("immutable")) await cache.put(request.url, answer.clone());
  return answer;
}

/** A redirected answer may not be given to a navigation (Fetch standard, HTTP fetch). */
async function whole(answer: Response): Promise<Response> {
  if (!answer.ok) throw new Error(`the shell answers ${answer.status}`);
  return new Response(await answer.blob(), { headers: answer.headers });
}

self.addEventListener("push", (event) => {
  const { title, body, tag, path } = newsOf(event.data?.text(), "Engage");
  event.waitUntil(
    seen().then(async (inSight) => {
      for (const client of await windows()) client.postMessage({ pushed: tag });
      // Whoever looks at Wave is told by its page; browsers demand that something is shown otherwise.
      if (!inSight) await self.registration.showNotification(title, { body, tag, icon: engage.icon, badge: engage.badge, data: path });
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data ?? SHELL)));
});

/** Wave's own windows; the administration's are on the same origin. */
async function windows(): Promise<readonly WindowClient[]> {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter((client) => new URL(client.url).pathname.startsWith(SHELL));
}

async function seen(): Promise<boolean> {
  return (await windows()).some((client) => client.focused && client.visibilityState === "visible");
}

async function open(path: string): Promise<void> {
  const [client] = await windows();
  if (!client) {
    await self.clients.openWindow(path);
    return;
  }
  await client.focus();
  client.postMessage({ go: path.slice(path.indexOf("#")) });
}
