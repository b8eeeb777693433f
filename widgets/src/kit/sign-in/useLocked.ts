import { useEffect, useRef, useState } from "react";

import { useNow } from "../useNow";

interface Locked {
  /** Whole seconds until one may try again; 0: now. */
  left_s: number;
  lock: (forS: number) => void;
}

/** Counts a lock-out down; `over` is called once it has ended. */
export function useLocked(over: () => void): Locked {
  const [until, setUntil] = useState(0);
  const now = useNow(until > 0 ? 500 : null);
  const left_s = Math.max(0, Math.ceil((until - now) / 1000));
  const told = useRef(over);
  told.current = over;

  useEffect(() => {
    if (until > 0 && left_s === 0) {
      setUntil(0);
      told.current();
    }
  }, [until, left_s]);

  return { left_s, lock: (forS) => setUntil(Date.now() + forS * 1000) };
}
