import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface CenterMessage {
  id: string;
  name: string;
  code: string;
}

/** What is played at the phones of a group: dial the code of the announcement center, this code and that of the group. */
export default function CenterMessagesPage(props: PageProps) {
  return (
    <ObjectsPage<CenterMessage>
      {...props}
      collection="/v1/center-messages"
      form="center-message"
      lead={t("What is played at the phones of a group: dial the code of the announcement center, this code and that of the group.")}
      newTitle={t("Add Announcement")}
      allTitle={t("All announcements")}
      empty={{ title: t("No announcements yet"), text: t("Choose a prompt and a code that plays it.") }}
      placeholder={t("Name or code")}
      deletion={t("It can be played no more. This cannot be undone.")}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "code", title: t("Code"), sort: true, number: true, draw: (row) => row.code },
      ]}
    />
  );
}
