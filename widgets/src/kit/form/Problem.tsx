import styles from "./Control.module.css";

/** What is wrong with a group of controls, where no box of its own can say it. */
export function Problem({ id, children }: { id: string; children: string }) {
  return (
    <p id={id} className={styles.problem}>
      {children}
    </p>
  );
}
