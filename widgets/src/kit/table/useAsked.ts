import { type Dispatch, type SetStateAction, useEffect, useState } from "react";

import { useSession } from "../session-context";
import { stored, store } from "../stored";
import { type Asked, recalled } from "./asked";
import type { Filter } from "./FilterField";

/** What a list was asked for, by whom, stays while the page is open: coming back from a form finds it as it was. */
const remembered = new Map<string, Asked>();

/** What a list is asked for; `kept` in this browser too, for whoever is signed in. */
export function useAsked(path: string, begin: Asked, filters: readonly Filter[], kept: boolean): [Asked, Dispatch<SetStateAction<Asked>>] {
  const key = `engage.list.${useSession().lastUser}.${path}`;
  const [asked, setAsked] = useState<Asked>(() => remembered.get(key) ?? (kept ? recalled(stored(key), begin, filters) : begin));

  useEffect(() => {
    remembered.set(key, asked);
    if (kept) store(key, { q: asked.q, limit: asked.limit, filters: asked.filters });
  }, [key, kept, asked]);

  return [asked, setAsked];
}
