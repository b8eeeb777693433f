import type { ReactNode } from "react";

import styles from "./Notice.module.css";

/** Words that stand out; the place that holds them decides whether they are announced. */
export function Notice({ tone, children }: { tone: "danger" | "warn"; children: ReactNode }) {
  return (
    <p className={styles.notice} data-tone={tone}>
      {children}
    </p>
  );
}
