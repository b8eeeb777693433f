import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface CenterGroup {
  id: string;
  name: string;
  code: string;
}

/** Phones at which announcements are played. */
export default function CenterGroupsPage(props: PageProps) {
  return (
    <ObjectsPage<CenterGroup>
      {...props}
      collection="/v1/center-groups"
      form="center-group"
      lead={t("Phones at which announcements are played.")}
      newTitle={t("Add Group")}
      allTitle={t("All groups")}
      empty={{ title: t("No groups yet"), text: t("Choose extensions and a code that stands for them.") }}
      placeholder={t("Name or code")}
      deletion={t("Nothing can be played to it any more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "code", title: t("Code"), sort: true, number: true, draw: (row) => row.code },
      ]}
    />
  );
}
