import type { ReactNode } from "react";

import { t } from "../../shared/i18n";
import { spanOf } from "../time";
import type { AgentFigures, Figures } from "./figures";
import styles from "./Figures.module.css";

/** Queues in lines, and all of them together. */
export function QueueTable({ title, rows, total }: { title: string; rows: readonly Figures[]; total?: Figures }) {
  const heads = [t("Name"), t("Offered"), t("Answered"), t("Abandoned"), t("Ended otherwise"), t("Missed"), t("Callbacks"), t("Answered rate"), t("Abandoned rate"), t("Service level"), t("Service level of all who were offered"), t("Average wait"), t("Longest wait"), t("Average talk"), t("Average rating")];
  const line = (row: Figures, name: string): ReactNode => (
    <Line key={row.key} name={name}>
      {[row.offered, row.answered, row.abandoned, row.other, row.missed, row.callbacks, percent(row.answered_rate, row.offered), percent(row.abandoned_rate, row.offered), percent(row.service_level, row.answered), percent(row.service_level_2, row.offered), spanOf(row.average_wait_s), spanOf(row.longest_wait_s), spanOf(row.average_talk_s), ratingOf(row)]}
    </Line>
  );
  return (
    <Table title={title} heads={heads} none={rows.length === 0 ? t("Nobody called in this time.") : null}>
      {rows.map((row) => line(row, nameOf(row)))}
      {total && line(total, t("Total"))}
    </Table>
  );
}

/** Agents in lines: the calls they had, and what their time went to. */
export function AgentTable({ title, rows }: { title: string; rows: readonly AgentFigures[] }) {
  const heads = [t("Name"), t("Offered"), t("Answered"), t("Missed"), t("Answered rate"), t("Average talk"), t("Average rating"), t("Logged in"), t("On a break"), t("Breaks by reason"), t("Wrap-up")];
  return (
    <Table title={title} heads={heads} none={rows.length === 0 ? t("No agent was there in this time.") : null}>
      {rows.map((row) => (
        <Line key={row.key} name={nameOf(row)}>
          {[row.offered, row.answered, row.missed, percent(row.answered_rate, row.offered), spanOf(row.average_talk_s), ratingOf(row), spanOf(row.logged_in_s), spanOf(row.on_break_s), breaksOf(row), spanOf(row.wrap_up_s)]}
        </Line>
      ))}
    </Table>
  );
}

function Table({ title, heads, none, children }: { title: string; heads: readonly string[]; none: string | null; children: ReactNode }) {
  return (
    <section className={styles.figures} aria-label={title}>
      <h2>{title}</h2>
      {none !== null ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={title}>
          <table className={styles.table}>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Line({ name, children }: { name: string; children: readonly (string | number)[] }) {
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      {children.map((cell, at) => (
        <td key={at}>{cell}</td>
      ))}
    </tr>
  );
}

function breaksOf(row: AgentFigures): string {
  return row.breaks.map(({ reason, seconds }) => `${reason || t("Without a reason")} ${spanOf(seconds)}`).join(", ") || "–";
}

/** How satisfied callers were, and how many said so. */
const ratingOf = (row: Figures): string => (row.rated > 0 ? `${row.average_rating} (${row.rated})` : "–");
const nameOf = (row: Figures): string => (row.name && row.name !== row.key ? `${row.key} ${row.name}` : row.key);
/** Of none there is no share. */
const percent = (value: number, of: number): string => (of > 0 ? `${value} %` : "–");
