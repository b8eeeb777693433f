/** Short words at the edge of the page: one list, drawn once by `<Toasts/>`. */

export interface Toast {
  id: number;
  tone: "info" | "success" | "danger";
  title: string;
  text?: string;
  action?: { label: string; run: () => void };
  /** A later toast of the same key replaces the earlier one. */
  key?: string;
  /** Milliseconds until it leaves by itself; null: it stays. */
  stay_ms: number | null;
}

let toasts: readonly Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

export function toast(given: Partial<Toast> & { title: string }): void {
  const added: Toast = { tone: "info", stay_ms: 8000, ...given, id: ++last };
  change([...toasts.filter((other) => !added.key || other.key !== added.key).slice(-3), added]);
}

export function dismiss(id: number): void {
  change(toasts.filter((shown) => shown.id !== id));
}

export function dismissKey(key: string): void {
  if (toasts.some((shown) => shown.key === key)) change(toasts.filter((shown) => shown.key !== key));
}

export function currentToasts(): readonly Toast[] {
  return toasts;
}

export function watchToasts(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}
