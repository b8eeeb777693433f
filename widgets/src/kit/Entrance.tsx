import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";

import { t } from "../shared/i18n";
import { Failed, Loading } from "./Blank";
import styles from "./Entrance.module.css";
import { repeat } from "./repeat";
import type { Me, Session } from "./session";
import { SessionContext, useSessionState } from "./session-context";
import { useRoute } from "./route";
import { SignIn } from "./sign-in/SignIn";
import { RETRY_MS } from "./useLoaded";

interface Props {
  session: Session;
  title: string;
  lead: string;
  children: (me: Me) => ReactNode;
}

const Enrolment = lazy(() => import("./security/Enrolment"));
const SetPassword = lazy(() => import("./sign-in/SetPassword"));

/** Lets people in. When a session ends, its page waits behind the form with all that was typed. */
export function Entrance({ session, title, lead, children }: Props) {
  const state = useSessionState(session);
  const [first, token] = useRoute();
  const last = useRef<Me | null>(null);
  if (state.phase === "in") last.current = state.me;
  if (state.phase === "out" && !state.over) last.current = null;
  useEffect(() => (state.phase === "out" ? putDialogsAway() : undefined), [state.phase]);
  useEffect(() => (state.phase === "unreachable" ? repeat(() => session.load().then(() => RETRY_MS), RETRY_MS) : undefined), [session, state.phase]);

  if (first === "password" && token) {
    return (
      <Suspense fallback={<Loading />}>
        <SetPassword key={token} session={session} token={token} />
      </Suspense>
    );
  }
  if (state.phase === "unknown") {
    return (
      <main className={styles.middle}>
        <Loading />
      </main>
    );
  }
  if (state.phase === "unreachable") {
    return (
      <main className={styles.middle}>
        <Failed text={t("The server cannot be reached.")} retry={() => void session.load()} />
      </main>
    );
  }
  if (state.phase === "in" && state.me.enrolling) {
    return (
      <SessionContext value={session}>
        <Suspense fallback={<Loading />}>
          <Enrolment me={state.me} />
        </Suspense>
      </SessionContext>
    );
  }
  const notice = state.phase === "in" ? null : state.over ? t("Your session is over. Sign in again to go on where you were.") : state.wrongRole ? t("This account has no access to this page.") : null;
  return (
    <SessionContext value={session}>
      {state.phase === "out" && (
        // A dialog that waits behind the form catches keys at the document, to keep the focus within it.
        <div className={styles.before} onKeyDown={(event) => event.stopPropagation()}>
          <SignIn session={session} title={title} lead={lead} notice={notice} />
        </div>
      )}
      {last.current && (
        <div key={last.current.user} className={styles.inside} hidden={state.phase === "out"}>
          {children(last.current)}
        </div>
      )}
    </SessionContext>
  );
}

/** Dialogs are drawn beside the page: hidden with it, they and what was typed in them come back with it. */
function putDialogsAway(): () => void {
  const away = [...document.querySelectorAll<HTMLElement>("[data-portal]")];
  for (const each of away) each.inert = true;
  return () => {
    for (const each of away) each.inert = false;
  };
}
