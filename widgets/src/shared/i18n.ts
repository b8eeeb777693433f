/** Gettext in the browser: message ids are English; a catalogue is a small module made from the .po file at build time. */

interface Catalog {
  lang: string;
  dir: "ltr" | "rtl";
  /** Keys are message ids, or `context\u0004id`; plural messages hold one text per form. */
  m: Record<string, string | string[]>;
  plural: (n: number) => number;
}

type Vars = Record<string, string | number>;

const english: Catalog = { lang: "en", dir: "ltr", m: {}, plural: (n) => (n === 1 ? 0 : 1) };
let current = english;

/** Make `t`, `nt` and `pt` speak this catalogue; call it before anything is drawn. */
export function install(catalog: Catalog | null): void {
  current = catalog ?? english;
}

/** Load the catalogue a page's configuration names; English stays when there is none, or when it cannot be had. */
export async function loadCatalog(url: string | null | undefined): Promise<void> {
  if (!url) return;
  try {
    install((await import(/* @vite-ignore */ url)).default as Catalog);
  } catch (error) {
    console.warn("catalogue not loaded", url, error);
  }
}

export const language = (): string => current.lang;
export const direction = (): "ltr" | "rtl" => current.dir;

function fill(text: string, vars: Vars | undefined): string {
  return vars ? text.replace(/\{(\w+)\}/g, (place, name: string) => String(vars[name] ?? place)) : text;
}

/** Translate; `{name}` places are filled from `vars`. */
export function t(message: string, vars?: Vars): string {
  const found = current.m[message];
  return fill(typeof found === "string" ? found : message, vars);
}

/** Translate by number: `nt("{n} message", "{n} messages", n)`; `{n}` is filled by itself. */
export function nt(one: string, many: string, n: number, vars?: Vars): string {
  const forms = current.m[one];
  const found = Array.isArray(forms) ? forms[current.plural(n)] : undefined;
  return fill(found || (n === 1 ? one : many), { n, ...vars });
}

/** Translate a word that means several things: `pt("verb", "Open")`. */
export function pt(context: string, message: string, vars?: Vars): string {
  const found = current.m[`${context}\u0004${message}`];
  return fill(typeof found === "string" ? found : message, vars);
}
