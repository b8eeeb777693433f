import { useCallback, useEffect, useState } from "react";

const EVERY_MS = 1000;

/** Something that moves all the time: read each second while the page is seen. */
export function useLive<Value>(load: () => Promise<Value>, everyMs: number = EVERY_MS): { value: Value | null; failed: boolean; reload: () => void } {
  const [value, setValue] = useState<Value | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        if (!document.hidden) {
          const answer = await load();
          if (!current) return;
          setValue(answer);
          setFailed(false);
        }
      } catch {
        if (!current) return;
        setFailed(true);
      }
      timer = setTimeout(() => void ask(), everyMs);
    };
    void ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [load, everyMs, turn]);
  return { value, failed, reload: useCallback(() => setTurn((before) => before + 1), []) };
}
