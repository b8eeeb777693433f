import type { ReactNode } from "react";

import { Mark } from "../Mark";
import styles from "./Card.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** The one card of a page before one is in. */
export function Card({ title, lead, wide = false, children }: Props) {
  return (
    <main className={styles.page}>
      <div className={styles.card} data-wide={wide || undefined}>
        <Mark size={40} />
        <h1 className={styles.title}>{title}</h1>
        {lead && <p className={styles.lead}>{lead}</p>}
        {children}
      </div>
    </main>
  );
}
