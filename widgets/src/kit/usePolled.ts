import { useCallback, useEffect, useRef, useState } from "react";

import { repeat } from "./repeat";

interface Polled<Value> {
  value: Value | null;
  failed: boolean;
  /** What the last attempt failed with. */
  error: unknown;
  reload: () => void;
}

/** How a value lives on: it moves now, it may still change, it stands. */
type Pace = "quick" | "slow" | "still";

const QUICK_MS = 1000;
const SLOW_MS = 5000;
const SLOWEST_MS = 15_000;
const QUICK_TIMES = 30;

/** Loads at once, and again as `paceOf` says: each second at first, then ever more seldom. */
export function usePolled<Value>(load: () => Promise<Value>, paceOf: (value: Value) => Pace): Polled<Value> {
  const [value, setValue] = useState<Value | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const latest = useRef(paceOf);
  latest.current = paceOf;

  useEffect(() => {
    let current = true;
    let times = 0;
    const ask = async (): Promise<number | null> => {
      let pace: Pace = "slow";
      try {
        const answer = await load();
        if (!current) return null;
        setValue(answer);
        setError(null);
        pace = latest.current(answer);
      } catch (problem) {
        if (!current) return null;
        setError(problem);
      }
      if (pace === "still") return null;
      times++;
      const first = pace === "quick" ? QUICK_MS : SLOW_MS;
      return Math.min(SLOWEST_MS, first * 1.3 ** Math.max(0, times - QUICK_TIMES));
    };
    const stop = repeat(ask, SLOW_MS);
    return () => {
      current = false;
      stop();
    };
  }, [load, turn]);

  return { value, failed: error !== null, error, reload: useCallback(() => setTurn((before) => before + 1), []) };
}
