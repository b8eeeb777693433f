import styles from "./State.module.css";

export type Tone = "good" | "busy" | "warn" | "bad" | "calm";

export function State({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={styles.state} data-tone={tone}>
      {children}
    </span>
  );
}
