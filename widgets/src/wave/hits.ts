/** Messages that the server found. */
import { useEffect, useState } from "react";

import { type Api, ApiError } from "../shared/api";

export interface Hit {
  conversation: string;
  kind: string;
  title: string;
  seq: number;
  at: string;
  author: { kind: string; id: string; name: string };
  /** What stands before the hit, the hit, what follows. */
  excerpt: readonly [string, string, string];
}

export interface Hits {
  items: readonly Hit[];
  cursor: string | null;
  state: "idle" | "searching" | "ready" | "failed";
}

/** The message that an address names. */
export const sequence = (part: string | undefined): number | null => (part && /^[0-9]{1,15}$/.test(part) ? Number(part) : null);

const PAUSE_MS = 250;
const none: Hits = { items: [], cursor: null, state: "idle" };

/** What is found for the words, once their writer pauses; `more` asks for the next page. */
export function useHits(api: Api, words: string): [Hits, () => void] {
  const query = words.trim();
  const [hits, setHits] = useState<Hits>(none);

  useEffect(() => {
    if (!query) {
      setHits(none);
      return undefined;
    }
    let current = true;
    setHits((before) => ({ ...before, state: "searching" }));
    const timer = setTimeout(() => {
      find(api, query, null).then(
        (page) => current && setHits({ ...page, state: "ready" }),
        (error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
          if (current) setHits({ ...none, state: "failed" });
        },
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [api, query]);

  function more(): void {
    if (!hits.cursor) return;
    find(api, query, hits.cursor).then(
      (page) => setHits({ items: [...hits.items, ...page.items], cursor: page.cursor, state: "ready" }),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error; // the button stays, to try again
      },
    );
  }

  return [hits, more];
}

function find(api: Api, query: string, cursor: string | null): Promise<{ items: Hit[]; cursor: string | null }> {
  const asked = new URLSearchParams({ q: query.slice(0, 200), ...(cursor ? { cursor } : {}) });
  return api.get(`/v1/search?${asked}`);
}
