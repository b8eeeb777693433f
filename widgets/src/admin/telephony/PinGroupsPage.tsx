import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface PinGroup {
  id: string;
  name: string;
  record_in_cdr: boolean;
  members: unknown[];
}

/** PINs that open outbound routes. */
export default function PinGroupsPage(props: PageProps) {
  return (
    <ObjectsPage<PinGroup>
      {...props}
      collection="/v1/pin-groups"
      form="pin-group"
      lead={t("PINs that callers are asked for where an outbound route wants one of the group.")}
      newTitle={t("Add PIN Group")}
      allTitle={t("All PIN groups")}
      empty={{ title: t("No PIN groups yet"), text: t("With a PIN group an outbound route is open to those who know a PIN, and records say whose it was.") }}
      placeholder={t("Name")}
      deletion={t("Its PINs open nothing any more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "record_in_cdr", title: t("Record in CDR"), draw: (row) => (row.record_in_cdr ? t("Yes") : t("No")) },
        { key: "members", title: t("PINs"), number: true, draw: (row) => String(row.members.length) },
      ]}
    />
  );
}
