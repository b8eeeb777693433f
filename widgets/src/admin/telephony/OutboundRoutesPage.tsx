import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { type RouteRow, RoutesPage } from "./RoutesPage";

interface OutboundRoute extends RouteRow {
  patterns: string;
  permission: string;
  only_callers: boolean;
  ways: unknown[];
}

/** Which numbers go out by which trunks, and for whom. */
export default function OutboundRoutesPage(props: PageProps) {
  return (
    <RoutesPage<OutboundRoute>
      {...props}
      collection="/v1/outbound-routes"
      form="outbound-route"
      lead={t("Which numbers go out by which trunks, and for whom. The best match wins; between equal ones the order decides.")}
      newTitle={t("Add Outbound Route")}
      allTitle={t("All outbound routes")}
      empty={{ title: t("No outbound routes yet"), text: t("An outbound route lets extensions call numbers outside by a trunk.") }}
      columns={[
        { key: "patterns", title: t("Pattern"), draw: (row) => <bdi>{row.patterns.split("\n").join(", ")}</bdi> },
        { key: "permission", title: t("Privilege Level"), draw: (row) => (row.only_callers ? t("By caller") : levelWords(row.permission)) },
        { key: "ways", title: t("Trunks"), number: true, draw: (row) => String(row.ways.length) },
      ]}
    />
  );
}

function levelWords(level: string): string {
  switch (level) {
    case "internal":
      return t("Internal");
    case "internal-local":
      return t("Local");
    case "internal-local-national":
      return t("National");
    case "internal-local-national-international":
      return t("International");
    default:
      return t("Disabled");
  }
}
