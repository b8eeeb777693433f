import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface EmergencyNumber {
  id: string;
  name: string;
  number: string;
  level: number;
  ways: unknown[];
  notified: string[];
}

/** Numbers that everybody may call at any time. */
export default function EmergencyNumbersPage(props: PageProps) {
  return (
    <ObjectsPage<EmergencyNumber>
      {...props}
      collection="/v1/emergency-numbers"
      form="emergency-number"
      lead={t("Every extension may call them at any time, without privilege and PIN.")}
      newTitle={t("Add Emergency Number")}
      allTitle={t("All emergency numbers")}
      empty={{ title: t("No emergency numbers yet"), text: t("Add the numbers of police, fire brigade and ambulance, such as 112 or 911.") }}
      placeholder={t("Name or number")}
      deletion={t("The number is dialled like any other then, by outbound routes. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Emergency Number"), sort: true, number: true, draw: (row) => row.number },
        { key: "level", title: t("Emergency Level"), sort: true, draw: (row) => (row.level === 0 ? t("Default") : String(row.level)) },
        { key: "ways", title: t("Trunks"), number: true, draw: (row) => String(row.ways.length) },
        { key: "notified", title: t("Members Notified"), draw: (row) => <bdi>{row.notified.join(", ") || "–"}</bdi> },
      ]}
    />
  );
}
