import { lazy, Suspense } from "react";

import { Loading } from "../kit/Blank";
import { t } from "../shared/i18n";
import page from "./page.module.css";
import styles from "./OwnSecurity.module.css";
import { PageHead } from "./PageHead";

const Security = lazy(() => import("../kit/security/Security"));

export function OwnSecurity() {
  return (
    <main className={page.page}>
      <div className={styles.column}>
        <PageHead title={t("Password and security")} />
        <div className={styles.content}>
          <Suspense fallback={<Loading />}>
            <Security />
          </Suspense>
        </div>
      </div>
    </main>
  );
}
