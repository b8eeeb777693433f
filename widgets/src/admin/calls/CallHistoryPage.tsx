import { useState } from "react";

import { shortTime, spanOf } from "../../kit/time";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { useTurn } from "../useTurn";
import { CallDetails } from "./CallDetails";
import { actionChoices, actionWords, type Call, directionWords, FILE_COLUMNS, partyOf, verifiedWords, wentOf } from "./calls";

const PATH = "/v1/calls";

/** Every call that has ended: who called whom, how it went, how long they talked. */
export default function CallHistoryPage({ page, readOnly }: PageProps) {
  const [shown, setShown] = useState<Call | null>(null);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  function actionsOf(row: Call): RowAction<Call>[] {
    const details: RowAction<Call> = { label: t("Details"), icon: "eye", run: setShown };
    if (readOnly) return [details];
    const name = `${partyOf(row.caller, row.caller_name)} → ${partyOf(row.callee, row.callee_name)}`;
    return [details, { label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name, path: `${PATH}/${encodeURIComponent(row.id)}` }) }];
  }

  return (
    <>
      <Heading title={page.name()} lead={t("Who called whom, and how it went. The file marks each call with main_cdr and each of its legs with sub_cdr.")} />
      <DataTable<Call>
        name={page.name()}
        path={PATH}
        turn={turn}
        live
        kept
        exported={{ columns: FILE_COLUMNS, mark: "main_cdr" }}
        idOf={(row) => row.id}
        placeholder={t("Number, name or trunk")}
        filters={[
          { kind: "text", name: "caller", label: t("Caller Number"), placeholder: "555X" },
          { kind: "text", name: "callee", label: t("Callee Number"), placeholder: "555." },
          {
            name: "direction",
            label: t("Call Type"),
            options: [
              { value: "internal", label: t("Internal") },
              { value: "inbound", label: t("Inbound") },
              { value: "outbound", label: t("Outbound") },
            ],
          },
          {
            name: "disposition",
            label: t("Call Status"),
            options: [
              { value: "answered", label: t("Answered") },
              { value: "no_answer", label: t("No answer") },
              { value: "cancelled", label: t("Cancelled") },
              { value: "busy", label: t("Busy") },
              { value: "failed", label: t("Failed") },
            ],
          },
          { kind: "from", name: "from", label: t("From") },
          { kind: "until", name: "until", label: t("Until") },
          { more: true, name: "action", label: t("Action Type"), options: actionChoices() },
          { more: true, kind: "text", name: "trunk", label: t("Trunk") },
          { more: true, kind: "text", name: "account", label: t("Account Code") },
          { more: true, kind: "number", name: "least_talk_s", label: t("Talked at Least (s)") },
          { more: true, kind: "number", name: "most_talk_s", label: t("Talked at Most (s)") },
        ]}
        columns={[
          { key: "caller", title: t("Caller"), sort: true, draw: (row) => <bdi>{partyOf(row.caller, row.caller_name)}</bdi> },
          { key: "original_caller", title: t("Original Caller Number"), optional: true, draw: (row) => <bdi>{row.original_caller || "–"}</bdi> },
          { key: "callee", title: t("Callee"), sort: true, draw: (row) => <bdi>{partyOf(row.callee, row.callee_name)}</bdi> },
          { key: "answered_by", title: t("Answered By"), draw: (row) => <bdi>{row.answered_by || "–"}</bdi> },
          { key: "disposition", title: t("Call Status"), draw: (row) => <Went call={row} /> },
          { key: "direction", title: t("Call Type"), draw: (row) => directionWords(row.direction) },
          { key: "started_at", title: t("Start Time"), sort: true, number: true, draw: (row) => <time dateTime={row.started_at}>{shortTime(row.started_at)}</time> },
          { key: "duration_s", title: t("Call Time"), sort: true, number: true, draw: (row) => spanOf(row.duration_s) },
          { key: "talk_s", title: t("Talk Time"), sort: true, number: true, draw: (row) => spanOf(row.talk_s) },
          { key: "action", title: t("Action Type"), optional: true, draw: (row) => actionWords(row.action, row.action_owner) },
          { key: "source_trunk", title: t("Source Trunk"), optional: true, draw: (row) => <bdi>{row.source_trunk || "–"}</bdi> },
          { key: "destination_trunk", title: t("Destination Trunk"), optional: true, draw: (row) => <bdi>{row.destination_trunk || "–"}</bdi> },
          { key: "account", title: t("Account Code"), optional: true, draw: (row) => <bdi>{row.account || "–"}</bdi> },
          { key: "verstat", title: t("Caller Verification"), optional: true, draw: (row) => verifiedWords(row) || "–" },
        ]}
        actions={actionsOf}
        empty={{ icon: "phone", title: t("No calls yet"), text: t("Each call is written down here in the moment it ends.") }}
      />
      <CallDetails call={shown} onClose={() => setShown(null)} />
      <ConfirmDelete doomed={doomed} text={t("The record and those of its legs are removed; recordings stay. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function Went({ call }: { call: Call }) {
  const { tone, words } = wentOf(call);
  return <State tone={tone}>{words}</State>;
}
