/** What a list is asked for, and how it is put into an address: pure. */
import { dayOf } from "./days";

export const SIZES = [10, 30, 50, 100] as const;

export interface Asked {
  q: string;
  /** `-name`: from the last to the first. */
  sort: string | null;
  limit: number;
  filters: Readonly<Record<string, string>>;
  /** Cursors of the pages before this one and of this one; the first page has none. */
  trail: readonly string[];
}

export const asked: Asked = { q: "", sort: null, limit: 30, filters: {}, trail: [] };

export interface Collection<Row> {
  items: Row[];
  cursor: string | null;
  total?: number;
}

/** Whatever narrows or orders the list begins again at its first page. */
export function narrowed(before: Asked, change: Partial<Omit<Asked, "trail">>): Asked {
  return { ...before, ...change, trail: [] };
}

export function filtered(before: Asked, name: string, value: string | null): Asked {
  const { [name]: _, ...rest } = before.filters;
  return narrowed(before, { filters: value ? { ...rest, [name]: value } : rest });
}

/** Upwards, downwards, as the server has it. */
export function sortedBy(before: Asked, key: string): Asked {
  return narrowed(before, { sort: before.sort === key ? `-${key}` : before.sort === `-${key}` ? null : key });
}

export function directionOf(current: Asked, key: string): "ascending" | "descending" | "none" {
  return current.sort === key ? "ascending" : current.sort === `-${key}` ? "descending" : "none";
}

export const isNarrowed = (current: Asked): boolean => current.q !== "" || Object.keys(current.filters).length > 0;

export function addressOf(path: string, current: Asked): string {
  const cursor = current.trail.at(-1);
  return withQuery(path, { ...narrowing(current), limit: String(current.limit), ...(cursor ? { cursor } : {}) });
}

/** All that matches, as a worksheet; of these columns, where some are named. */
export function exportOf(path: string, current: Asked, columns: readonly string[] = []): string {
  return [withQuery(path, { ...narrowing(current), format: "csv" }), ...columns.map((each) => `column=${encodeURIComponent(each)}`)].join("&");
}

/** What a browser kept of a list, as far as the list still knows it. */
export function recalled(kept: Partial<Asked> | null, begin: Asked, filters: readonly Choosable[]): Asked {
  if (kept === null) return begin;
  const valid = filters.filter((each) => fits(each, kept.filters?.[each.name]));
  return {
    ...begin,
    q: typeof kept.q === "string" ? kept.q : begin.q,
    limit: SIZES.find((size) => size === kept.limit) ?? begin.limit,
    filters: Object.fromEntries(valid.map((each) => [each.name, kept.filters?.[each.name] ?? ""])),
  };
}

interface Choosable {
  name: string;
  kind?: string;
  options?: readonly { value: string }[];
}

/** Choices may still be on their way: then any could be one of them. */
function fits({ kind, options = [] }: Choosable, value: unknown): boolean {
  if (typeof value !== "string") return false;
  if (kind === "from" || kind === "until") return dayOf(value, kind) !== "";
  if (kind === "number") return /^\d{1,7}$/.test(value);
  return options.length === 0 || options.some((each) => each.value === value);
}

function narrowing(current: Asked): Record<string, string> {
  return { ...(current.q ? { q: current.q } : {}), ...(current.sort ? { sort: current.sort } : {}), ...current.filters };
}

function withQuery(path: string, query: Record<string, string>): string {
  return `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams(query).toString()}`;
}

/** Which rows of how many: `31–42 of 42`. */
export function span(current: Asked, count: number): { first: number; last: number } {
  const before = current.trail.length * current.limit;
  return { first: count === 0 ? 0 : before + 1, last: before + count };
}
