import { useCallback, useEffect, useRef, useState } from "react";

export interface Polled<Value> {
  value: Value | null;
  failed: boolean;
  reload: () => void;
}

const QUICK_MS = 1000;
const SLOWEST_MS = 15_000;
const QUICK_TIMES = 30;

/** Loads at once, and again as long as `moving` says so: each second at first, then ever more seldom. */
export function usePolled<Value>(load: () => Promise<Value>, moving: (value: Value) => boolean): Polled<Value> {
  const [value, setValue] = useState<Value | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  const latest = useRef(moving);
  latest.current = moving;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = true;
    let times = 0;
    const ask = async (): Promise<void> => {
      let again = true;
      try {
        const answer = await load();
        if (!current) return;
        setValue(answer);
        setFailed(false);
        again = latest.current(answer);
      } catch {
        if (!current) return;
        setFailed(true);
      }
      if (!again) return;
      times++;
      timer = setTimeout(() => void ask(), times < QUICK_TIMES ? QUICK_MS : Math.min(SLOWEST_MS, QUICK_MS * 1.3 ** (times - QUICK_TIMES)));
    };
    void ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [load, turn]);

  return { value, failed, reload: useCallback(() => setTurn((before) => before + 1), []) };
}
