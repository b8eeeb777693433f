import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface WakeUpCall {
  id: string;
  name: string;
  number: string;
  mode: "once" | "daily";
  date: string;
  time: string;
  outcome: "" | "answered" | "no_answer";
}

/** Phones ring at a time, once or every day. */
export default function WakeUpCallsPage(props: PageProps) {
  return (
    <ObjectsPage<WakeUpCall>
      {...props}
      collection="/v1/wake-up-calls"
      form="wake-up-call"
      lead={t("Phones ring at a time, once or every day.")}
      newTitle={t("Add Wake-up Call")}
      allTitle={t("All wake-up calls")}
      empty={{ title: t("No wake-up calls yet"), text: t("Add one here, or let people dial the code of the wake-up service.") }}
      placeholder={t("Name or number")}
      deletion={t("Nobody is woken by it any more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
        { key: "time", title: t("Time"), number: true, draw: (row) => (row.mode === "daily" ? t("Every day, {time}", { time: row.time }) : `${row.date} ${row.time}`) },
        { key: "outcome", title: t("Last Outcome"), draw: (row) => (row.outcome === "answered" ? t("Answered") : row.outcome === "no_answer" ? t("No answer") : "–") },
      ]}
    />
  );
}
