import { t } from "../../shared/i18n";
import styles from "./Queues.module.css";
import type { Bar } from "./report";

/** Calls over time: answered and abandoned side by side. */
export function Bars({ title, rows }: { title: string; rows: readonly Bar[] }) {
  const most = Math.max(1, ...rows.map((row) => row.offered));
  if (rows.length === 0) return null;
  return (
    <section className={styles.queue} aria-label={title}>
      <h2>{title}</h2>
      <ul className={styles.bars}>
        {rows.map((row) => (
          <li key={row.key}>
            <time>{row.key}</time>
            <span className={styles.bar} aria-hidden="true">
              <span style={{ inlineSize: `${(100 * row.answered) / most}%` }} />
              <span style={{ inlineSize: `${(100 * row.abandoned) / most}%` }} />
            </span>
            <span>{t("{answered} answered, {abandoned} abandoned", { answered: row.answered, abandoned: row.abandoned })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
