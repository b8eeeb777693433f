/** The text being written, kept over a reload: per identity and conversation, for this browser only. */

const memory = new Map<string, string>();
const key = (identity: string, conversation: string): string => `engage-draft:${identity}:${conversation}`;

export function readDraft(identity: string, conversation: string): string {
  const name = key(identity, conversation);
  try {
    return localStorage.getItem(name) ?? memory.get(name) ?? "";
  } catch {
    return memory.get(name) ?? "";
  }
}

export function keepDraft(identity: string, conversation: string, text: string): void {
  const name = key(identity, conversation);
  if (text) memory.set(name, text);
  else memory.delete(name);
  try {
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
  } catch {
    // Storage denied or full: the page remembers as long as it lives.
  }
}
