import type { Option } from "./schema";

const OURS = ["en", "de", "es", "ar", "zh-Hans"];

/** The languages the product speaks, each by its own name. */
export function languageOptions(tags: readonly string[] = OURS): Option[] {
  return tags.map((tag) => ({ value: tag, label: nameOf(tag) }));
}

function nameOf(tag: string): string {
  try {
    const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return tag;
  }
}
