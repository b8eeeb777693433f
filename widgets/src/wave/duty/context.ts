import { createContext, useContext, useSyncExternalStore } from "react";

import type { OwnBoards } from "../calls/queue-desk";
import type { OwnQueues } from "./own-queues";

export const QueuesContext = createContext<OwnQueues | null>(null);

/** The own queues; the component is drawn again with each change of them. */
export function useQueues(): { queues: OwnQueues; boards: OwnBoards | null } {
  const queues = useContext(QueuesContext);
  if (!queues) throw new Error("no queues around this component");
  return { queues, boards: useSyncExternalStore(queues.subscribe, queues.snapshot) };
}
