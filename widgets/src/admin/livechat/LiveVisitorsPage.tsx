import { countdown } from "../../shared/countdown";
import { t } from "../../shared/i18n";
import { cameFrom, type LiveVisitor, pageName, stateWords } from "../../shared/live-visitors";
import { DataTable } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";

/** Who is on the web sites now, for the live chats that show it. */
export default function LiveVisitorsPage({ page }: PageProps) {
  return (
    <>
      <Heading title={page.name()} lead={t("Who is on the web sites now. A live chat shows it only with its option “Show live visitors”.")} />
      <DataTable<LiveVisitor>
        name={page.name()}
        path="/v1/live-visitors"
        live
        searchable={false}
        exportable={false}
        idOf={(row) => `${row.livechat.id} ${row.visit}`}
        columns={[
          { key: "page", title: t("Page"), draw: (row) => <bdi title={row.page_url}>{pageName(row)}</bdi> },
          { key: "state", title: t("State"), draw: (row) => <State tone={row.state === "chatting" ? "good" : "calm"}>{stateWords(row)}</State> },
          { key: "on_page", title: t("On this page for"), number: true, draw: (row) => countdown(row.on_page_ms) },
          { key: "referrer", title: t("Came from"), draw: (row) => <bdi>{cameFrom(row) || "–"}</bdi> },
          { key: "language", title: t("Language"), draw: (row) => <bdi>{row.language || "–"}</bdi> },
          { key: "livechat", title: t("Live Chat"), draw: (row) => <bdi>{row.livechat.name}</bdi> },
        ]}
        empty={{ icon: "user", title: t("Nobody is on the web site."), text: t("Visitors appear here while a page with the chat is open.") }}
      />
    </>
  );
}
