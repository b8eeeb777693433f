import { useCallback } from "react";

import type { Api } from "../../shared/api";
import { useSession } from "../session-context";
import { t } from "../../shared/i18n";
import { usePolled } from "../usePolled";
import type { Field, Option, Source, Value } from "./schema";

const PAGE = 100;
/** A list that is longer is searched on the server by its own page, not chosen from. */
const LONGEST = 5000;

/** What there is to choose from: the schema's own list, or a collection of the server; `none` is said in place of an empty list. */
export function useOptions(field: Field, value: Value): { options: readonly Option[]; failed: boolean; none: string } {
  const { api } = useSession();
  const { source } = field;
  const load = useCallback(() => (source ? collected(api, source) : Promise.resolve([])), [api, source]);
  const { value: loaded, failed } = usePolled(load, () => "still");
  if (!source) return { options: field.options ?? [], failed: false, none: t("Nothing matches.") };
  const none = loaded === null ? t("Loading…") : loaded.length === 0 ? t("There is nothing to choose from yet.") : t("Nothing matches.");
  return { options: withMissing(loaded ?? [], value), failed, none };
}

/** What is chosen stays named even where it is no longer in the list, or not for these eyes. */
function withMissing(options: readonly Option[], value: Value): readonly Option[] {
  const chosen = (Array.isArray(value) ? value : value === null || value === undefined || value === "" ? [] : [value]).map(String);
  const missing = chosen.filter((each) => !options.some((option) => option.value === each));
  return missing.length === 0 ? options : [...options, ...missing.map((each) => ({ value: each, label: each }))];
}

async function collected(api: Api, source: Source): Promise<Option[]> {
  const options: Option[] = [];
  let cursor: string | null = null;
  do {
    const separator = source.path.includes("?") ? "&" : "?";
    const query: string = new URLSearchParams({ limit: String(PAGE), ...(cursor ? { cursor } : {}) }).toString();
    const page: { items: Record<string, unknown>[]; cursor?: string | null } = await api.get(`${source.path}${separator}${query}`);
    options.push(...page.items.map((item) => optionOf(item, source)));
    cursor = page.cursor ?? null;
  } while (cursor && options.length < LONGEST);
  return options;
}

/** `Support (6500)`: the number belongs to the name; an identifier says nothing to people. */
function optionOf(item: Record<string, unknown>, source: Source): Option {
  const value = String(item[source.value] ?? "");
  const label = String(item[source.label] ?? value);
  return { value, label: label !== value && source.value === "number" ? `${label} (${value})` : label };
}
