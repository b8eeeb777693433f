import { type ReactNode, useEffect, useRef } from "react";

import styles from "./PageHead.module.css";

/** The one `h1` of a view; it takes the focus when somebody comes from another view. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (arrivedFromElsewhere) heading.current?.focus({ preventScroll: true });
    arrivedFromElsewhere = true;
  }, []);
  return (
    <header className={styles.head}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </header>
  );
}

/** The first view after loading leaves the focus where the browser put it. */
let arrivedFromElsewhere = false;
