import { t } from "../../shared/i18n";
import { ObjectsPage } from "../ObjectsPage";
import type { PageProps } from "../pages";

interface RingGroup {
  id: string;
  number: string;
  name: string;
  members: string[];
  member_groups: string[];
  strategy: "in_order" | "simultaneously";
}

/** Extensions that ring for one number. */
export default function RingGroupsPage(props: PageProps) {
  return (
    <ObjectsPage<RingGroup>
      {...props}
      collection="/v1/ring-groups"
      form="ring-group"
      lead={t("Extensions that ring for one number, in order or all at once.")}
      newTitle={t("Add Ring Group")}
      allTitle={t("All ring groups")}
      empty={{ title: t("No ring groups yet"), text: t("A ring group lets several extensions answer one number.") }}
      placeholder={t("Name or number")}
      deletion={t("Its number can be called no more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Ring Group Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
        { key: "strategy", title: t("Ring Strategy"), sort: true, draw: (row) => (row.strategy === "in_order" ? t("Ring in Order") : t("Ring Simultaneously")) },
        { key: "members", title: t("Members"), draw: (row) => <bdi>{row.members.join(", ") || "–"}</bdi> },
        { key: "member_groups", title: t("Extension Groups"), number: true, draw: (row) => String(row.member_groups.length) },
      ]}
    />
  );
}
