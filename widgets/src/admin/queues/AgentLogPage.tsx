import { shortTime, spanOf } from "../../kit/time";
import { t } from "../../shared/i18n";
import { partyOf } from "../calls/calls";
import { DataTable } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { useQueueFilters } from "./QueueRecordingsPage";

interface Span {
  id: string;
  kind: "login" | "break";
  agent: string;
  agent_name: string;
  queue: string;
  queue_name: string;
  reason: string;
  began_at: string;
  /** It lasts. */
  ended_at: string | null;
  lasted_s: number;
}

/** When agents were logged in and on breaks. */
export default function AgentLogPage({ page }: PageProps) {
  const filters = useQueueFilters();
  return (
    <>
      <Heading title={page.name()} lead={t("When agents were logged in, and on breaks for which reasons; the last 31 days, unless others are chosen.")} />
      <DataTable<Span>
        name={page.name()}
        path="/v1/queue-agent-log"
        idOf={(row) => row.id}
        placeholder={t("Number, name or reason")}
        filters={[
          {
            name: "kind",
            label: t("Kind"),
            options: [
              { value: "login", label: t("Login") },
              { value: "break", label: t("Break") },
            ],
          },
          ...filters,
          { kind: "from", name: "from", label: t("From") },
          { kind: "until", name: "until", label: t("Until") },
        ]}
        columns={[
          { key: "agent", title: t("Agent"), sort: true, draw: (row) => <bdi>{partyOf(row.agent, row.agent_name)}</bdi> },
          { key: "kind", title: t("Kind"), draw: (row) => <State tone={row.kind === "login" ? "good" : "warn"}>{row.kind === "login" ? t("Login") : t("Break")}</State> },
          { key: "queue", title: t("Queue"), sort: true, draw: (row) => <bdi>{row.queue ? partyOf(row.queue, row.queue_name) : t("All queues")}</bdi> },
          { key: "reason", title: t("Reason"), draw: (row) => <bdi>{row.reason || "–"}</bdi> },
          { key: "began_at", title: t("Began"), sort: true, number: true, draw: (row) => <time dateTime={row.began_at}>{shortTime(row.began_at)}</time> },
          { key: "ended_at", title: t("Ended"), number: true, draw: (row) => (row.ended_at === null ? t("Still") : <time dateTime={row.ended_at}>{shortTime(row.ended_at)}</time>) },
          { key: "lasted_s", title: t("Lasted"), sort: true, number: true, draw: (row) => spanOf(row.lasted_s) },
        ]}
        empty={{ icon: "headset", title: t("No agent was there yet"), text: t("Logins and breaks of the agents of queues appear here.") }}
      />
    </>
  );
}
