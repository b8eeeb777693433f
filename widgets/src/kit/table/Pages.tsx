import { Button, Select } from "@mantine/core";

import { t } from "../../shared/i18n";
import styles from "./DataTable.module.css";
import { type Asked, narrowed, SIZES, span } from "./asked";

interface Props {
  asked: Asked;
  /** How many rows the page has. */
  shown: number;
  total: number | undefined;
  /** Where the next page begins; null: there is none, or not yet. */
  next: string | null;
  onChange: (change: (before: Asked) => Asked) => void;
}

/** Which part of a list is shown, and the ways to the others. */
export function Pages({ asked, shown, total, next, onChange }: Props) {
  const { first, last } = span(asked, shown);
  return (
    <div className={styles.pages}>
      <span role="status" className={styles.span}>
        {total === undefined ? t("{first}–{last}", { first, last }) : t("{first}–{last} of {total}", { first, last, total })}
      </span>
      <Select size="xs" className={styles.size} aria-label={t("Rows per page")} allowDeselect={false} value={String(asked.limit)} onChange={(size) => onChange((before) => narrowed(before, { limit: Number(size) }))} data={SIZES.map((size) => ({ value: String(size), label: t("{n} per page", { n: size }) }))} />
      <Button size="xs" variant="default" disabled={asked.trail.length === 0} onClick={() => onChange((before) => ({ ...before, trail: before.trail.slice(0, -1) }))}>
        {t("Previous page")}
      </Button>
      <Button size="xs" variant="default" disabled={next === null} onClick={() => onChange((before) => (next === null ? before : { ...before, trail: [...before.trail, next] }))}>
        {t("Next page")}
      </Button>
    </div>
  );
}
