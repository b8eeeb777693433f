import { useCallback, useEffect, useRef, useState } from "react";

export interface Loaded<T> {
  value: T | null;
  failed: boolean;
  reload: () => Promise<void>;
}

/** What the server says, read once and again on demand; the last answer stays while the next is on its way. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failed, setFailed] = useState(false);
  const turn = useRef(0);

  const reload = useCallback(async () => {
    const own = ++turn.current;
    try {
      const found = await load();
      if (own !== turn.current) return;
      setValue(found);
      setFailed(false);
    } catch {
      if (own === turn.current) setFailed(true);
    }
  }, [load]);

  useEffect(() => {
    void reload();
    return () => void turn.current++;
  }, [reload]);

  return { value, failed, reload };
}
