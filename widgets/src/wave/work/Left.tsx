import { t } from "../../shared/i18n";
import { countdown } from "../../kit/time";
import { useNow } from "../../kit/useNow";
import styles from "./Left.module.css";

/** How much of an offer is left: a line that runs out, and seconds beside it. */
export function Left({ since_ms, until_ms }: { since_ms: number | null; until_ms: number }) {
  const now = useNow(1000);
  const left_ms = Math.max(0, until_ms - now);
  const whole_ms = Math.max(1000, until_ms - (since_ms ?? now));
  return (
    <p className={styles.left} data-short={left_ms < 6_000 || undefined}>
      <meter className={styles.meter} aria-hidden="true" min={0} max={whole_ms} value={left_ms} />
      <span role="timer">{t("{left} left", { left: countdown(left_ms + 999) })}</span>
    </p>
  );
}
