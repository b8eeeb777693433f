import { lazy, Suspense } from "react";

import { Loading } from "../kit/Blank";
import { t } from "../shared/i18n";
import page from "./page.module.css";
import styles from "./OwnSecurity.module.css";
import { PageHead } from "./PageHead";
import { WakeUpCalls } from "./calls/WakeUpCalls";

const CallSettings = lazy(() => import("./calls/CallSettings"));

/** Forwarding, no disturbance and how long it rings. */
export function OwnCalls() {
  return (
    <main className={page.page}>
      <div className={styles.column}>
        <PageHead title={t("Forwarding and presence")} />
        <div className={styles.content}>
          <Suspense fallback={<Loading />}>
            <CallSettings />
          </Suspense>
          <WakeUpCalls />
        </div>
      </div>
    </main>
  );
}
