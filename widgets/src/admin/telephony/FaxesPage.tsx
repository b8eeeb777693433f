import { useState } from "react";

import { shortTime } from "../../kit/time";
import { t } from "../../shared/i18n";
import { partyOf } from "../calls/calls";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { useTurn } from "../useTurn";
import { type Fax, outcomeOf, pagesOf } from "./faxes";

const PATH = "/v1/faxes";

/** What came in: read, saved, removed; and why some did not come. */
export default function FaxesPage({ page, readOnly }: PageProps) {
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  function actionsOf(row: Fax): RowAction<Fax>[] {
    const usual: RowAction<Fax>[] = row.pages ? [{ label: t("Download"), icon: "download", href: `${pagesOf(row)}?download=1` }] : [];
    if (readOnly) return usual;
    const name = t("the fax from {sender}", { sender: partyOf(row.caller, row.caller_name) });
    return [...usual, { label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name, path: `${PATH}/${encodeURIComponent(row.id)}` }) }];
  }

  return (
    <>
      <Heading title={page.name()} lead={t("Faxes that were received, and calls in which none came.")} />
      <DataTable<Fax>
        name={page.name()}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Number, name or email")}
        filters={[
          { kind: "choice", name: "state", label: t("Status"), options: [{ value: "received", label: t("Received") }, { value: "incomplete", label: t("Incomplete") }, { value: "failed", label: t("Failed") }] },
          { kind: "text", name: "box", label: t("Extension") },
          { kind: "from", name: "from", label: t("From") },
          { kind: "until", name: "until", label: t("Until") },
        ]}
        columns={[
          { key: "caller", title: t("Sender"), sort: true, draw: (row) => <bdi>{partyOf(row.caller, row.caller_name)}</bdi> },
          { key: "box", title: t("Extension"), sort: true, number: true, draw: (row) => <bdi>{row.box}</bdi> },
          { key: "received_at", title: t("Time"), sort: true, number: true, draw: (row) => <time dateTime={row.received_at}>{shortTime(row.received_at)}</time> },
          { key: "pages", title: t("Pages"), sort: true, number: true, draw: (row) => row.pages },
          { key: "state", title: t("Status"), draw: (row) => <span title={row.detail}>{outcomeOf(row)}</span> },
          { key: "mailed", title: t("Sent to"), draw: (row) => <bdi>{row.mailed.join(", ")}</bdi> },
          { key: "sender", title: t("Machine"), optional: true, draw: (row) => <bdi>{row.sender}</bdi> },
        ]}
        actions={actionsOf}
        empty={{ icon: "clip", title: t("No faxes yet"), text: t("Faxes to a fax extension, and those that an inbound route detects, appear here.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("Its pages are removed with it. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}
