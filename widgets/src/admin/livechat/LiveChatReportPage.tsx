import { Button, Select } from "@mantine/core";
import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { beginOf, spanOf } from "../../kit/time";
import { useLoaded } from "../../kit/useLoaded";
import { language, nt, t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { periods } from "../periods";
import queues from "../queues/Queues.module.css";
import { DailySummary } from "./DailySummary";
import styles from "./LiveChatReport.module.css";
import { type ChatFigures, type ChatReport, heat, strength } from "./report";

const ALL = "all";

/** How many visitors asked, how long they waited, what they thought of it. */
export default function LiveChatReportPage({ page }: PageProps) {
  const { api } = useSession();
  const [days, setDays] = useState("7");
  const [livechat, setLivechat] = useState(ALL);
  const query = `from=${encodeURIComponent(beginOf(Number(days), Date.now()))}${livechat === ALL ? "" : `&livechat=${encodeURIComponent(livechat)}`}`;
  const report = useLoaded(useCallback(() => api.get<ChatReport>(`/v1/livechat-report?${query}`), [api, query]));
  const places = useLoaded(useCallback(() => api.get<{ items: { id: string; name: string }[] }>("/v1/choices/livechats"), [api])).value?.items ?? [];
  return (
    <>
      <Heading title={page.name()} lead={t("How many visitors asked, how long they waited, what they thought of it.")}>
        {(["csv", "xlsx"] as const).map((format) => (
          <Button key={format} component="a" variant="default" leftSection={<Icon name="download" size={16} />} href={`/v1/livechat-report?${query}&format=${format}`}>
            {format === "csv" ? t("CSV") : t("XLSX")}
          </Button>
        ))}
      </Heading>
      <div className={queues.asked}>
        <Select label={t("Time")} allowDeselect={false} value={days} data={periods()} onChange={(value) => setDays(value ?? "7")} />
        <Select label={t("Live Chat")} allowDeselect={false} value={livechat} data={[{ value: ALL, label: t("All live chats") }, ...places.map(({ id, name }) => ({ value: id, label: name }))]} onChange={(value) => setLivechat(value ?? ALL)} />
        <DailySummary />
      </div>
      {report.value === null ? report.failed ? <Failed text={t("The report could not be loaded.")} retry={report.reload} /> : <Loading /> : <Shown report={report.value} />}
    </>
  );
}

function Shown({ report }: { report: ChatReport }) {
  const { total } = report;
  return (
    <div className={queues.wall}>
      <section className={queues.queue} aria-label={t("Total")}>
        <dl className={queues.tiles}>
          <Tile name={t("Inquiries")} value={String(total.inquiries)} />
          <Tile name={t("Accepted")} value={String(total.accepted)} />
          <Tile name={t("Missed")} value={String(total.missed)} />
          <Tile name={t("Messages left")} value={String(total.left)} />
          <Tile name={t("Average wait")} value={spanOf(total.average_wait_s)} />
          <Tile name={t("90 % waited up to")} value={spanOf(total.p90_wait_s)} />
          <Tile name={t("First response")} value={spanOf(total.average_response_s)} />
          <Tile name={t("Handling time")} value={spanOf(total.average_handling_s)} />
          <Tile name={t("Rating")} value={total.rated > 0 ? `${total.average_rating} / 5` : "–"} />
        </dl>
      </section>
      <Table title={t("Live chats")} rows={report.livechats} />
      <Table title={t("Agents")} rows={report.agents} />
      <Ratings total={total} />
      <Days rows={report.days} />
      <Heat report={report} />
    </div>
  );
}

function Tile({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Table({ title, rows }: { title: string; rows: readonly ChatFigures[] }) {
  return (
    <section className={queues.queue} aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p className={queues.none}>{t("Nobody asked in this time.")}</p>
      ) : (
        <div className={queues.scroll} tabIndex={0} role="region" aria-label={title}>
          <table className={queues.table}>
            <thead>
              <tr>
                {[t("Name"), t("Inquiries"), t("Accepted"), t("Missed"), t("Messages left"), t("Average wait"), t("90 % waited up to"), t("First response"), t("Handling time"), t("Ratings"), t("Rating")].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row">
                    <bdi>{row.name}</bdi>
                  </th>
                  <td>{row.inquiries}</td>
                  <td>{row.accepted}</td>
                  <td>{row.missed}</td>
                  <td>{row.left}</td>
                  <td>{spanOf(row.average_wait_s)}</td>
                  <td>{spanOf(row.p90_wait_s)}</td>
                  <td>{spanOf(row.average_response_s)}</td>
                  <td>{spanOf(row.average_handling_s)}</td>
                  <td>{row.rated}</td>
                  <td>{row.rated > 0 ? row.average_rating : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface Bar {
  key: string;
  label: string;
  parts: readonly number[];
  words: string;
}

/** Bars beside each other, the longest as long as there is room. */
function Bars({ title, bars }: { title: string; bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0)));
  return (
    <section className={queues.queue} aria-label={title}>
      <h2>{title}</h2>
      <ul className={`${queues.bars} ${styles.bars}`}>
        {bars.map(({ key, label, parts, words }) => (
          <li key={key}>
            <span>{label}</span>
            <span className={queues.bar} aria-hidden="true">
              {parts.map((part, place) => (
                <span key={place} style={{ inlineSize: `${(100 * part) / most}%` }} />
              ))}
            </span>
            <span>{words}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ratings({ total }: { total: ChatFigures }) {
  if (total.rated === 0) return null;
  const bars = [5, 4, 3, 2, 1].map((n) => {
    const many = total.ratings[n - 1] ?? 0;
    return { key: String(n), label: nt("{n} star", "{n} stars", n), parts: [many], words: String(many) };
  });
  return <Bars title={t("Ratings")} bars={bars} />;
}

function Days({ rows }: { rows: readonly ChatFigures[] }) {
  if (rows.length === 0) return null;
  const bars = rows.map(({ key, accepted, missed }) => ({ key, label: key, parts: [accepted, missed], words: t("{accepted} accepted, {missed} missed", { accepted, missed }) }));
  return <Bars title={t("Days")} bars={bars} />;
}

/** When visitors ask: each hour of the week, the darker the more. */
function Heat({ report }: { report: ChatReport }) {
  const { counts, most } = heat(report.hours);
  if (most === 0) return null;
  const weekday = new Intl.DateTimeFormat(language() === "en-XA" ? "en" : language().replace("_", "-"), { weekday: "short", timeZone: "UTC" });
  const dayName = (day: number): string => weekday.format(Date.UTC(2024, 0, 1 + day)); // a Monday
  return (
    <section className={queues.queue} aria-label={t("Hours of the week")}>
      <h2>{t("Hours of the week")}</h2>
      <div className={queues.scroll} tabIndex={0} role="region" aria-label={t("Inquiries by hour")}>
        <table className={styles.heat}>
          <thead>
            <tr>
              <td />
              {counts[0]!.map((_, hour) => (
                <th key={hour} scope="col">
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((hours, day) => (
              <tr key={day}>
                <th scope="row">{dayName(day)}</th>
                {hours.map((many, hour) => (
                  <td key={hour} data-strength={strength(many, most)}>
                    {many === 0 ? <span className="visually-hidden">0</span> : many}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
