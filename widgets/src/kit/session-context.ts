import { createContext, useContext, useSyncExternalStore } from "react";

import type { Session, SessionState } from "./session";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("no session around this component");
  return session;
}

export function useSessionState(session: Session): SessionState {
  return useSyncExternalStore(session.watch, session.snapshot);
}
