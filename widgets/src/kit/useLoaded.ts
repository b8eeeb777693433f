import { useCallback, useEffect, useRef, useState } from "react";

import { repeat } from "./repeat";

/** How long to wait for a server that cannot be reached before asking it anew. */
export const RETRY_MS = 5000;

export interface Loaded<T> {
  value: T | null;
  failed: boolean;
  reload: () => Promise<void>;
}

/**
 * What the server says, read once and again on demand; the last answer stays while the next is on its way.
 *
 * Where the server cannot be reached at first, it is asked again until it answers.
 */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failed, setFailed] = useState(false);
  const turn = useRef(0);

  const read = useCallback(async (): Promise<null> => {
    const own = ++turn.current;
    try {
      const found = await load();
      if (own !== turn.current) return null;
      setValue(found);
      setFailed(false);
      return null;
    } catch (error) {
      if (own === turn.current) setFailed(true);
      throw error;
    }
  }, [load]);
  const reload = useCallback(() => read().then(nothing, nothing), [read]); // it is shown that it failed

  useEffect(() => {
    const stop = repeat(read, RETRY_MS);
    return () => {
      stop();
      turn.current++;
    };
  }, [read]);

  return { value, failed, reload };
}

const nothing = (): void => undefined;
