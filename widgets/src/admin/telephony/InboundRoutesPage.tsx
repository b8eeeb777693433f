import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { type RouteRow, RoutesPage } from "./RoutesPage";

interface InboundRoute extends RouteRow {
  dids: string;
  destination: { kind: string; value: string };
  trunks: unknown[];
}

/** Where calls that come in by trunks go. */
export default function InboundRoutesPage(props: PageProps) {
  return (
    <RoutesPage<InboundRoute>
      {...props}
      collection="/v1/inbound-routes"
      form="inbound-route"
      lead={t("Where calls go that come in by a trunk. The best match of what was dialled wins; between equal ones the order decides.")}
      newTitle={t("Add Inbound Route")}
      allTitle={t("All inbound routes")}
      empty={{ title: t("No inbound routes yet"), text: t("An inbound route says who answers the calls of a trunk.") }}
      columns={[
        { key: "dids", title: t("Pattern"), draw: (row) => <bdi>{row.dids.split("\n").join(", ") || t("Any")}</bdi> },
        { key: "destination", title: t("Default Destination"), draw: (row) => <bdi>{`${row.destination.kind.replaceAll("_", " ")} ${row.destination.value}`.trim()}</bdi> },
        { key: "trunks", title: t("Trunks"), number: true, draw: (row) => String(row.trunks.length) },
      ]}
    />
  );
}
