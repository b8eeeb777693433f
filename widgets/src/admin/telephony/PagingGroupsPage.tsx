import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface PagingGroup {
  id: string;
  name: string;
  number: string;
  type: "two_way" | "private" | "one_way" | "announcement" | "multicast";
  members: string[];
  member_groups: string[];
}

/** Phones that answer by themselves and let hear who calls. */
export default function PagingGroupsPage(props: PageProps) {
  return (
    <ObjectsPage<PagingGroup>
      {...props}
      collection="/v1/paging-groups"
      form="paging-group"
      lead={t("Phones that answer by themselves, so that everybody there hears who calls.")}
      newTitle={t("Add Paging/Intercom Group")}
      allTitle={t("All paging/intercom groups")}
      empty={{ title: t("No paging/intercom groups yet"), text: t("Whoever calls the group's number is heard at once from the phones of all its members.") }}
      placeholder={t("Name or number")}
      deletion={t("Its number can be called no more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
        { key: "type", title: t("Type"), sort: true, draw: (row) => typeWords(row.type) },
        { key: "members", title: t("Members"), draw: (row) => <bdi>{row.members.join(", ") || "–"}</bdi> },
        { key: "member_groups", title: t("Extension Groups"), number: true, draw: (row) => String(row.member_groups.length) },
      ]}
    />
  );
}

function typeWords(type: PagingGroup["type"]): string {
  switch (type) {
    case "two_way":
      return t("2-way Intercom");
    case "private":
      return t("Private Intercom");
    case "multicast":
      return t("Multicast Paging");
    case "one_way":
      return t("1-way Paging");
    case "announcement":
      return t("Announcement Paging");
  }
}
