import { useEffect, useState } from "react";

/** The present moment, renewed every `every_ms`; null stands still. */
export function useNow(every_ms: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (every_ms === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}
