/** Wave as an app: its service worker, new versions of it, and the offer to install it. */
import { useSyncExternalStore } from "react";

import { t } from "../shared/i18n";
import { toast } from "../kit/toasts";

const WORKER = "/wave/worker.js";
const SCOPE = "/wave/";
const LOOK_MS = 60 * 60_000;

/** `insecure`: the page came over plain HTTP from another host; `refused`: the browser does not trust the certificate. */
export type WorkerState = "starting" | "ready" | "insecure" | "refused";

interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: "accepted" | "dismissed" }>;
}

interface State {
  worker: WorkerState;
  /** Asks the browser to install Wave; null where it does not offer that. */
  install: (() => Promise<void>) | null;
}

let state: State = { worker: "starting", install: null };
let registration: ServiceWorkerRegistration | null = null;
const watchers = new Set<() => void>();

function change(part: Partial<State>): void {
  state = { ...state, ...part };
  for (const watcher of watchers) watcher();
}

export function useInstalling(): State {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}

/** The worker through which push messages come; null where there is none. */
export const workerOf = (): ServiceWorkerRegistration | null => registration;

let begun: Promise<void> = Promise.resolve();

/** Resolves when it is known whether there is a worker. */
export const whenWorking = (): Promise<void> => begun;

export function beginInstalling(): void {
  begun = begin();
}

async function begin(): Promise<void> {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // offered in the settings, when the user looks for it
    const offer = event as InstallPrompt;
    change({
      install: async () => {
        change({ install: null }); // an offer can be taken up once
        await offer.prompt();
      },
    });
  });
  addEventListener("appinstalled", () => change({ install: null }));
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined; // absent on plain HTTP from another host
  if (!container) {
    change({ worker: "insecure" });
    return;
  }
  container.addEventListener("message", (event: MessageEvent<{ go?: string }>) => {
    if (event.data.go?.startsWith("#")) location.hash = event.data.go;
  });
  try {
    registration = await container.register(WORKER, { scope: SCOPE });
  } catch {
    change({ worker: "refused" }); // a self-signed certificate forbids service workers
    return;
  }
  change({ worker: "ready" });
  watchVersions(container, registration);
}

function watchVersions(container: ServiceWorkerContainer, found: ServiceWorkerRegistration): void {
  const first = container.controller === null;
  let reloading = false;
  if (found.waiting) offer(found.waiting);
  found.addEventListener("updatefound", () => {
    const coming = found.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed" && container.controller) offer(coming);
    });
  });
  container.addEventListener("controllerchange", () => {
    if (first && !reloading) return; // the first worker takes over the page that brought it
    location.reload();
  });
  const look = (): void => void found.update().catch(() => undefined); // without a network there is nothing new
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());

  function offer(waiting: ServiceWorker): void {
    toast({
      key: "version",
      title: t("A new version is available"),
      stay_ms: null,
      action: {
        label: t("Reload"),
        run: () => {
          reloading = true;
          waiting.postMessage("take over");
        },
      },
    });
  }
}
