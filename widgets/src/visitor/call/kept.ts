/** The call of this page, kept while the page is loaded anew. */

export interface Kept {
  call: string;
  answeredMs: number | null;
  muted: boolean;
}

const key = (conversation: string): string => `engage-call:${conversation}`;

export function recall(conversation: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(conversation)) ?? "null") as Kept | null;
  } catch {
    return null; // storage denied: a call ends with its page
  }
}

export function remember(conversation: string, kept: Kept): void {
  try {
    sessionStorage.setItem(key(conversation), JSON.stringify(kept));
  } catch {
    // Storage denied.
  }
}

export function forget(conversation: string): void {
  try {
    sessionStorage.removeItem(key(conversation));
  } catch {
    // Storage denied.
  }
}
