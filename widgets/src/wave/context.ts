import { createContext, useContext, useSyncExternalStore } from "react";

import type { Desk } from "./desk";

export const DeskContext = createContext<Desk | null>(null);

/** The desk; the component is drawn again with each change of it. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk around this component");
  useSyncExternalStore(desk.subscribe, desk.version);
  return desk;
}
