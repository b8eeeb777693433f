/** Who this visitor is to one live chat: the token the server gave, in this browser's storage, never in an address. */

const memory = new Map<string, string>();

export function recall(publicId: string, name: "token" | "start" | "details"): string | null {
  const key = `engage-${name}:${publicId}`;
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null; // storage denied: as long as the page lives
  }
}

export function remember(publicId: string, name: "token" | "start" | "details", value: string | null): void {
  const key = `engage-${name}:${publicId}`;
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage denied or full: `memory` has it.
  }
}

/** Nothing of whoever was here stays in this browser: not the token, not what was typed, not what was not sent. */
export function forgetPerson(publicId: string): void {
  for (const name of ["token", "start", "details"] as const) remember(publicId, name, null);
  const drafts = `engage-draft:visitor:${publicId}:`;
  const unsent = `engage-outbox:visitor:${publicId}:`;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(drafts)) localStorage.removeItem(key);
    void indexedDB.databases().then((all) => all.forEach(({ name }) => name?.startsWith(unsent) && indexedDB.deleteDatabase(name)), () => undefined);
  } catch {
    // Storage denied: there is nothing.
  }
}

/** Whether this browser keeps nothing for us: another site's page shows us, or the person wants it so. */
export function storageDenied(): boolean {
  try {
    return !localStorage;
  } catch {
    return true;
  }
}
