import { useCallback, useState } from "react";

/** A number for lists to watch, and the function that makes them read anew. */
export function useTurn(): [number, () => void] {
  const [turn, setTurn] = useState(0);
  return [turn, useCallback(() => setTurn((before) => before + 1), [])];
}
