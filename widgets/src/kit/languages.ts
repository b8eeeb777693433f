/** A language tag as the reader calls the language. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(code.replace("_", "-")) ?? code;
  } catch {
    return code; // not a language tag: shown as it came
  }
}
