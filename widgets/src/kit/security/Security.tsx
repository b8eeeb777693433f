import { useCallback } from "react";

import { useSession } from "../session-context";
import { useLoaded } from "../useLoaded";
import { FactorSection } from "./FactorSection";
import { type Factors, OWN } from "./factors";
import { PasswordSection } from "./PasswordSection";
import styles from "./Security.module.css";
import { SessionSection } from "./SessionSection";
import type { SignedInSession } from "./sessions";

/** One's own password, second factors and sessions: the same in Wave and in the administration. */
export default function Security() {
  const { api } = useSession();
  const factors = useLoaded(useCallback(() => api.get<Factors>(OWN), [api]));
  const sessions = useLoaded(useCallback(async () => (await api.get<{ items: SignedInSession[] }>("/v1/me/sessions")).items, [api]));
  return (
    <div className={styles.security}>
      <PasswordSection changed={() => void sessions.reload()} />
      <FactorSection factors={factors} />
      <SessionSection sessions={sessions} />
    </div>
  );
}
