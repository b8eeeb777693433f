import { type Dispatch, type SetStateAction, useEffect, useState } from "react";

import { useSession } from "../session-context";
import { stored, store } from "../stored";
import { type Asked, recalled } from "./asked";
import type { Filter } from "./FilterField";

/** What a list was asked for stays while the page is open: coming back from a form finds it as it was. */
const remembered = new Map<string, Asked>();

/** What a list is asked for; `kept` in this browser too, for whoever is signed in. */
export function useAsked(path: string, begin: Asked, filters: readonly Filter[], kept: boolean): [Asked, Dispatch<SetStateAction<Asked>>] {
  const { state } = useSession();
  const key = kept && state.phase === "in" ? `engage.list.${state.me.user}.${path}` : null;
  const [asked, setAsked] = useState<Asked>(() => remembered.get(path) ?? (key === null ? begin : recalled(stored(key), begin, filters)));

  useEffect(() => {
    remembered.set(path, asked);
    if (key !== null) store(key, { q: asked.q, limit: asked.limit, filters: asked.filters });
  }, [path, key, asked]);

  return [asked, setAsked];
}
