/** Naming colleagues in a text: `@Ben Osei`. Pure. */

export interface Named {
  number: string;
  name: string;
}

export const EVERYBODY = "all";

/** Whom a text names, as the server takes it: numbers, and `all` for `@all`. */
export function mentionsIn(text: string, people: readonly Named[]): string[] {
  return [...new Set(found(text, people).map((each) => each.number))];
}

/** The text in parts; those that name somebody say whom. */
export function splitMentions(text: string, people: readonly Named[]): (string | { text: string; number: string })[] {
  const parts: (string | { text: string; number: string })[] = [];
  let from = 0;
  for (const { at, length, number } of found(text, people)) {
    if (at > from) parts.push(text.slice(from, at));
    parts.push({ text: text.slice(at, at + length), number });
    from = at + length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function found(text: string, people: readonly Named[]): { at: number; length: number; number: string }[] {
  const lower = text.toLocaleLowerCase();
  const everybody: Named = { number: EVERYBODY, name: EVERYBODY };
  const names = [...people, everybody].map(({ number, name }) => ({ number, name: `@${name.toLocaleLowerCase()}` })).sort((a, b) => b.name.length - a.name.length);
  const hits: { at: number; length: number; number: string }[] = [];
  for (let at = lower.indexOf("@"); at >= 0; at = lower.indexOf("@", at + 1)) {
    if (at > 0 && /[\p{L}\p{N}.]/u.test(lower[at - 1]!)) continue; // an address, not a name
    const hit = names.find(({ name }) => lower.startsWith(name, at) && !/[\p{L}\p{N}]/u.test(lower[at + name.length] ?? ""));
    if (hit) hits.push({ at, length: hit.name.length, number: hit.number });
  }
  return hits;
}

/** The name that is being typed at the caret, if any. */
export function openMention(text: string, caret: number): { from: number; query: string } | null {
  const match = /(^|[\s([{"'])@([^\s@]*(?: [^\s@]+)?)$/u.exec(text.slice(0, caret));
  return match ? { from: caret - match[2]!.length - 1, query: match[2]! } : null;
}

/** Those whose name or number begins with what was typed; `all` stands last. */
export function suggestions(query: string, people: readonly Named[], limit = 6): Named[] {
  const wanted = query.toLocaleLowerCase();
  const fits = ({ name, number }: Named): boolean => name.toLocaleLowerCase().split(/\s+/).some((_, index, words) => words.slice(index).join(" ").startsWith(wanted)) || number.startsWith(wanted);
  const hits = people.filter(fits).slice(0, limit);
  return people.length > 1 && EVERYBODY.startsWith(wanted) ? [...hits, { number: EVERYBODY, name: EVERYBODY }] : hits;
}
