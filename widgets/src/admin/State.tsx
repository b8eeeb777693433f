import type { Tone } from "./broadcasts";
import styles from "./State.module.css";

export function State({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={styles.state} data-tone={tone}>
      {children}
    </span>
  );
}
