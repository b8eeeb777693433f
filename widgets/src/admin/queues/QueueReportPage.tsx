import { Button, Select } from "@mantine/core";
import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { t } from "../../shared/i18n";
import { partyOf, spanOf } from "../calls/calls";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import styles from "./Queues.module.css";

interface Figures {
  key: string;
  name: string;
  offered: number;
  answered: number;
  abandoned: number;
  other: number;
  missed: number;
  callbacks: number;
  answered_rate: number;
  abandoned_rate: number;
  service_level: number;
  average_wait_s: number;
  average_talk_s: number;
  longest_wait_s: number;
}

interface Report {
  total: Figures;
  queues: Figures[];
  agents: Figures[];
  hours: Figures[];
}

const DAY_MS = 86_400_000;
const ALL = "all";

/** Figures of queues, agents and hours, to be looked at and downloaded. */
export default function QueueReportPage({ page }: PageProps) {
  const { api } = useSession();
  const [days, setDays] = useState("1");
  const [queue, setQueue] = useState(ALL);
  const query = `from=${encodeURIComponent(beginOf(Number(days)))}${queue === ALL ? "" : `&queue=${encodeURIComponent(queue)}`}`;
  const load = useCallback(() => api.get<Report>(`/v1/queue-report?${query}`), [api, query]);
  const report = useLoaded(load);
  const names = useLoaded(useCallback(() => api.get<{ items: { number: string; name: string }[] }>("/v1/choices/queues"), [api]));
  const queues = names.value?.items ?? [];

  return (
    <>
      <Heading title={page.name()} lead={t("How many called, how many were answered, how long they waited.")}>
        <Button component="a" variant="default" leftSection={<Icon name="download" size={16} />} href={`/v1/queue-report?${query}&format=csv`}>
          {t("CSV")}
        </Button>
        <Button component="a" variant="default" leftSection={<Icon name="download" size={16} />} href={`/v1/queue-report?${query}&format=xlsx`}>
          {t("XLSX")}
        </Button>
        <Button component="a" variant="default" leftSection={<Icon name="download" size={16} />} href={`/v1/queue-calls?${query}&format=csv`}>
          {t("All callers")}
        </Button>
      </Heading>
      <div className={styles.asked}>
        <Select
          label={t("Time")}
          allowDeselect={false}
          value={days}
          data={[
            { value: "1", label: t("Today") },
            { value: "7", label: t("Last 7 days") },
            { value: "30", label: t("Last 30 days") },
            { value: "365", label: t("Last 365 days") },
          ]}
          onChange={(value) => setDays(value ?? "1")}
        />
        <Select label={t("Queue")} allowDeselect={false} value={queue} data={[{ value: ALL, label: t("All queues") }, ...queues.map((each) => ({ value: each.number, label: partyOf(each.number, each.name) }))]} onChange={(value) => setQueue(value ?? ALL)} />
      </div>
      {report.value === null ? report.failed ? <Failed text={t("The report could not be loaded.")} retry={report.reload} /> : <Loading /> : <Shown report={report.value} />}
    </>
  );
}

function Shown({ report }: { report: Report }) {
  return (
    <div className={styles.wall}>
      <Table title={t("Call Queues")} rows={report.queues} total={report.total} />
      <Table title={t("Agents")} rows={report.agents} />
      <Hours rows={report.hours} />
    </div>
  );
}

function Table({ title, rows, total }: { title: string; rows: Figures[]; total?: Figures }) {
  return (
    <section className={styles.queue} aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p className={styles.none}>{t("Nobody called in this time.")}</p>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={title}>
          <table className={styles.table}>
            <thead>
              <tr>
                {[t("Name"), t("Offered"), t("Answered"), t("Abandoned"), t("Missed"), t("Callbacks"), t("Answered rate"), t("Service level"), t("Average wait"), t("Longest wait"), t("Average talk")].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.key} row={row} name={partyOf(row.key, row.name === row.key ? "" : row.name)} />
              ))}
              {total && <Row row={total} name={t("Total")} />}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ row, name }: { row: Figures; name: string }) {
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td>{row.offered}</td>
      <td>{row.answered}</td>
      <td>{row.abandoned}</td>
      <td>{row.missed}</td>
      <td>{row.callbacks}</td>
      <td>{row.answered_rate} %</td>
      <td>{row.service_level} %</td>
      <td>{spanOf(row.average_wait_s)}</td>
      <td>{spanOf(row.longest_wait_s)}</td>
      <td>{spanOf(row.average_talk_s)}</td>
    </tr>
  );
}

/** Calls by hour: answered and abandoned side by side. */
function Hours({ rows }: { rows: Figures[] }) {
  const most = Math.max(1, ...rows.map((row) => row.offered));
  if (rows.length === 0) return null;
  return (
    <section className={styles.queue} aria-label={t("Hours")}>
      <h2>{t("Hours")}</h2>
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

function beginOf(days: number): string {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  return new Date(day.getTime() - (days - 1) * DAY_MS).toISOString();
}
