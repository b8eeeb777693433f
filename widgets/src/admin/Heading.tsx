import { type ReactNode, useEffect, useRef } from "react";

import { Icon } from "../kit/Icon";
import styles from "./Heading.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  back?: { href: string; label: string };
  children?: ReactNode;
}

/** A page's `h1` with its actions; takes the focus when the page is changed. */
export function Heading({ title, lead, back, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (visited) heading.current?.focus({ preventScroll: true });
    visited = true;
    scrollTo({ top: 0 });
  }, []);
  return (
    <header className={styles.heading}>
      <div className={styles.words}>
        {back && (
          <a className={styles.back} href={back.href}>
            <Icon name="back" size={16} />
            {back.label}
          </a>
        )}
        <h1 ref={heading} tabIndex={-1}>
          <bdi>{title}</bdi>
        </h1>
        {lead && <p className={styles.lead}>{lead}</p>}
      </div>
      <div className={styles.actions}>{children}</div>
    </header>
  );
}

/** The first page after loading leaves the focus alone. */
let visited = false;
