import { Button } from "@mantine/core";
import { useMemo, useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { timeZone } from "../../shared/time";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { editing } from "../../kit/table/editing";
import { notDone } from "../../kit/refusal";
import { useTurn } from "../useTurn";
import { outcomeWords, type Schedule, whenWords } from "./schedules";

const PATH = "/v1/queue-report-schedules";

/** Reports about queues that are mailed: each with when, to whom, and what became of it last. */
export default function ReportSchedulesPage(props: PageProps) {
  const { page, rest, readOnly } = props;
  const [first] = rest;
  const zone = timeZone();
  const begin = useMemo(() => (zone ? { time_zone: zone } : {}), [zone]);
  if (first === undefined) return <List {...props} />;
  return <ObjectPage key={first} form="queue-report-schedule" collection={PATH} id={first === "new" ? null : first} newTitle={t("Add a report")} titleOf={(values) => String(values["name"])} back={{ path: page.path, label: t("All reports") }} readOnly={readOnly} begin={begin} />;
}

function List({ page, readOnly }: PageProps) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  async function send(row: Schedule): Promise<void> {
    try {
      const sent = await api.post<Schedule>(`${PATH}/${encodeURIComponent(row.id)}/send`, {});
      const { tone, words } = outcomeWords(sent);
      toast({ tone: tone === "good" ? "success" : "danger", title: words, text: row.name });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    again();
  }

  function actionsOf(row: Schedule): RowAction<Schedule>[] {
    const usual = editing<Schedule>(href(page.path, row.id), readOnly, () => setDoomed({ name: row.name, path: `${PATH}/${encodeURIComponent(row.id)}` }));
    return readOnly ? usual : [{ label: t("Send now"), icon: "send", run: send }, ...usual];
  }

  return (
    <>
      <Heading title={page.name()} lead={t("Figures about queues, mailed by themselves as CSV or XLSX.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go(page.path, "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<Schedule>
        name={page.name()}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name, queue or recipient")}
        exportable={false}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href(page.path, row.id)}>{row.name}</a> },
          { key: "when", title: t("When"), draw: whenWords },
          { key: "recipients", title: t("Recipients"), draw: (row) => <bdi>{row.recipients.join(", ")}</bdi> },
          { key: "next_at", title: t("Next"), sort: true, number: true, draw: (row) => (row.next_at ? <time dateTime={row.next_at}>{shortTime(row.next_at)}</time> : "–") },
          { key: "last_at", title: t("Last"), sort: true, number: true, draw: (row) => (row.last_at ? <time dateTime={row.last_at}>{shortTime(row.last_at)}</time> : "–") },
          {
            key: "last_result",
            title: t("Result"),
            draw: (row) => {
              const { tone, words } = outcomeWords(row);
              return <State tone={tone}>{words}</State>;
            },
          },
        ]}
        actions={actionsOf}
        empty={{ icon: "list", title: t("No reports are mailed yet"), text: t("Let those who answer for queues have the figures in their mailbox, every day, week or month.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("It is mailed no more. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}
