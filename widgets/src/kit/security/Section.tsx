import type { ReactNode } from "react";

import styles from "./Security.module.css";

interface Props {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}

/** One subject of one's security: what it is, what can be done, what there is. No landmark: “Password” names a field of the sign-in form. */
export function Section({ title, text, action, children }: Props) {
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <div>
          <h2>{title}</h2>
          {text && <p className={styles.words}>{text}</p>}
        </div>
        {action && <div className={styles.action}>{action}</div>}
      </div>
      {children}
    </section>
  );
}
