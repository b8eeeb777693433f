import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface PickupGroup {
  id: string;
  name: string;
  members: string[];
  member_groups: string[];
}

/** Extensions that pick up each other's calls. */
export default function PickupGroupsPage(props: PageProps) {
  return (
    <ObjectsPage<PickupGroup>
      {...props}
      collection="/v1/pickup-groups"
      form="pickup-group"
      lead={t("Extensions that pick up each other's calls with a feature code.")}
      newTitle={t("Add Pickup Group")}
      allTitle={t("All pickup groups")}
      empty={{ title: t("No pickup groups yet"), text: t("Members of a pickup group take calls that ring at each other, by dialling *8.") }}
      placeholder={t("Name")}
      deletion={t("Its members can no longer pick up each other's calls by it. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "members", title: t("Members"), draw: (row) => <bdi>{row.members.join(", ") || "–"}</bdi> },
        { key: "member_groups", title: t("Extension Groups"), number: true, draw: (row) => String(row.member_groups.length) },
      ]}
    />
  );
}
