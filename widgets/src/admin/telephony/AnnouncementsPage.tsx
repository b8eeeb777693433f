import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface Announcement {
  id: string;
  name: string;
}

/** Prompts that callers hear before their calls go on. */
export default function AnnouncementsPage(props: PageProps) {
  return (
    <ObjectsPage<Announcement>
      {...props}
      collection="/v1/announcements"
      form="announcement"
      lead={t("Prompts that callers hear before their calls go on.")}
      newTitle={t("Add Announcement")}
      allTitle={t("All announcements")}
      empty={{ title: t("No announcements yet"), text: t("An announcement is played to callers, whose calls go on to another destination afterwards.") }}
      placeholder={t("Name")}
      deletion={t("Routes that lead to it lead nowhere then. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
      ]}
    />
  );
}
