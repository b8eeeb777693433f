/** What stands for a face: the first letters of the first word and the last. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0] ? [...words[0]][0] : "?";
  const last = words.length > 1 ? [...(words.at(-1) ?? "")][0] : "";
  return `${first ?? "?"}${last ?? ""}`.toLocaleUpperCase();
}
