import { type ReactNode, useState } from "react";

import { useSession } from "../session-context";
import { stored, store } from "../stored";

export interface Column<Row> {
  key: string;
  title: string;
  draw: (row: Row) => ReactNode;
  /** The server sorts by it: by the key, or by this name. */
  sort?: boolean | string;
  /** Shown only by choice. */
  optional?: boolean;
  number?: boolean;
}

/** Which columns are shown; this browser remembers what whoever is signed in has chosen. */
export function useColumns<Row>(path: string, columns: readonly Column<Row>[]) {
  const key = `engage.columns.${useSession().lastUser}.${path}`;
  const [own, setOwn] = useState<Record<string, boolean>>(() => stored<Record<string, boolean>>(key) ?? {});
  const hidden = new Set(columns.slice(1).filter((column) => !(own[column.key] ?? !column.optional)).map((column) => column.key));
  function toggle(column: string): void {
    const next = { ...own, [column]: hidden.has(column) };
    setOwn(next);
    store(key, next);
  }
  return { shown: columns.filter((column) => !hidden.has(column.key)), hidden, toggle };
}
