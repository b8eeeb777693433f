import { shortTime } from "../../kit/time";
import { t } from "../../shared/i18n";
import { DataTable } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import styles from "./Calls.module.css";
import { type Finding, partyOf, wentOf } from "./calls";

interface Diagnosed {
  id: string;
  started_at: string;
  caller: string;
  caller_name: string;
  callee: string;
  callee_name: string;
  disposition: string;
  reason: string;
  findings: Finding[];
}

/** Why calls failed or had no sound, in plain words. */
export default function DiagnosisPage({ page }: PageProps) {
  return (
    <>
      <Heading title={page.name()} lead={t("The latest calls in which something was not right, and what may be done about it.")} />
      <DataTable<Diagnosed>
        name={page.name()}
        path="/v1/call-diagnosis"
        live
        exportable={false}
        idOf={(row) => row.id}
        placeholder={t("Number, name or trunk")}
        filters={[{ name: "all", label: t("Calls"), options: [{ value: "1", label: t("All calls") }] }]}
        columns={[
          { key: "started_at", title: t("Start Time"), sort: true, number: true, draw: (row) => <time dateTime={row.started_at}>{shortTime(row.started_at)}</time> },
          { key: "caller", title: t("Caller"), draw: (row) => <bdi>{partyOf(row.caller, row.caller_name)}</bdi> },
          { key: "callee", title: t("Callee"), draw: (row) => <bdi>{partyOf(row.callee, row.callee_name)}</bdi> },
          { key: "disposition", title: t("Call Status"), draw: (row) => <State tone={wentOf(row).tone}>{wentOf(row).words}</State> },
          { key: "findings", title: t("What happened"), draw: (row) => <Findings found={row.findings} /> },
        ]}
        empty={{ icon: "phone", title: t("No trouble"), text: t("None of the latest calls failed or was without sound.") }}
      />
    </>
  );
}

/** What may be said of a call, the weightiest first. */
export function Findings({ found }: { found: readonly Finding[] }) {
  return (
    <ul className={styles.findings}>
      {found.map((each) => (
        <li key={each.code + each.text} data-tone={each.tone}>
          {each.text}
        </li>
      ))}
    </ul>
  );
}
