import { Button, Select, TextInput } from "@mantine/core";
import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { AgentTable, QueueTable } from "../../kit/queue-figures/Figures";
import { useSession } from "../../kit/session-context";
import { beginOf } from "../../kit/time";
import { useLoaded } from "../../kit/useLoaded";
import { t } from "../../shared/i18n";
import { partyOf } from "../calls/calls";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { periods } from "../periods";
import { dayOf, momentOf } from "../../kit/table/days";
import { Bars } from "./Bars";
import styles from "./Queues.module.css";
import { bars, hoursOfDay, type Report } from "./report";

const ALL = "all";
const OWN = "own";
type Named = { items: { number: string; name: string }[] };

/** Figures of queues, agents and hours, to be looked at and downloaded. */
export default function QueueReportPage({ page }: PageProps) {
  const { api } = useSession();
  const [days, setDays] = useState("1");
  const [span, setSpan] = useState<{ from: string | null; until: string | null }>({ from: null, until: null });
  const [queue, setQueue] = useState(ALL);
  const [agent, setAgent] = useState(ALL);
  const time = days === OWN ? span : { from: beginOf(Number(days), Date.now()), until: null };
  const query = new URLSearchParams({
    ...(time.from ? { from: time.from } : {}),
    ...(time.until ? { until: time.until } : {}),
    ...(queue === ALL ? {} : { queue }),
    ...(agent === ALL ? {} : { agent }),
  }).toString();
  const load = useCallback(() => api.get<Report>(`/v1/queue-report?${query}`), [api, query]);
  const report = useLoaded(load);
  const queues = useLoaded(useCallback(() => api.get<Named>("/v1/choices/queues"), [api])).value?.items ?? [];
  const agents = useLoaded(useCallback(() => api.get<Named>("/v1/choices/extensions"), [api])).value?.items ?? [];

  function chooseDays(value: string): void {
    if (value === OWN && days !== OWN) setSpan({ from: beginOf(Number(days), Date.now()), until: momentOf(dayOf(new Date().toISOString(), "from"), "until") });
    setDays(value);
  }

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
        <Select label={t("Time")} allowDeselect={false} value={days} data={[...periods(), { value: OWN, label: t("Own dates") }]} onChange={(value) => chooseDays(value ?? "1")} />
        {days === OWN &&
          (["from", "until"] as const).map((edge) => (
            <TextInput key={edge} type="date" label={edge === "from" ? t("From") : t("Until")} value={dayOf(span[edge], edge)} onChange={(event) => setSpan({ ...span, [edge]: momentOf(event.currentTarget.value, edge) })} />
          ))}
        <Chosen label={t("Queue")} every={t("All queues")} value={queue} items={queues} onChange={setQueue} />
        <Chosen label={t("Agent")} every={t("All agents")} value={agent} items={agents} onChange={setAgent} />
      </div>
      {report.value === null || report.failed ? report.failed ? <Failed text={t("The report could not be loaded.")} retry={report.reload} /> : <Loading /> : <Shown report={report.value} />}
    </>
  );
}

function Chosen({ label, every, value, items, onChange }: { label: string; every: string; value: string; items: Named["items"]; onChange: (value: string) => void }) {
  return (
    <Select label={label} allowDeselect={false} searchable={items.length > 8} value={value} data={[{ value: ALL, label: every }, ...items.map((each) => ({ value: each.number, label: partyOf(each.number, each.name) }))]} onChange={(chosen) => onChange(chosen ?? ALL)} />
  );
}

function Shown({ report }: { report: Report }) {
  const { grain, rows } = bars(report.hours);
  const titles = { hour: t("Hours"), day: t("Days"), week: t("Weeks") };
  return (
    <div className={styles.wall}>
      <QueueTable title={t("Call Queues")} rows={report.queues} total={report.total} />
      <AgentTable title={t("Agents")} rows={report.agents} />
      <Bars title={titles[grain]} rows={rows} />
      {grain !== "hour" && <Bars title={t("Hours of the day")} rows={hoursOfDay(report.hours)} />}
    </div>
  );
}
