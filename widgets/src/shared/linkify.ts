/** Finds web and mail addresses in people's text. Returns parts; whoever draws them makes text nodes and anchors, never HTML. */

export type Part = string | { text: string; href: string };

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/gi;
const TRAILING = /[.,;:!?…'"»”’]+$/;

export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = trim(match[0]);
    const href = hrefOf(shown);
    if (!href) continue;
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push({ text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** A sentence's full stop and an unmatched closing bracket are not part of the address. */
function trim(found: string): string {
  let shown = found.replace(TRAILING, "");
  while (/[)\]}]$/.test(shown) && !balanced(shown)) shown = shown.slice(0, -1).replace(TRAILING, "");
  return shown;
}

function balanced(text: string): boolean {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return count(/[([{]/g) >= count(/[)\]}]/g);
}

function hrefOf(shown: string): string | null {
  if (shown.includes("@") && !/^(?:https?:|www\.)/i.test(shown)) return `mailto:${shown}`;
  try {
    const url = new URL(/^www\./i.test(shown) ? `https://${shown}` : shown);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
