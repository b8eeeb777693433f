import { t } from "../../shared/i18n";
import type { PageProps } from "../pages";
import { ObjectsPage } from "../ObjectsPage";

interface VoicemailGroup {
  id: string;
  number: string;
  name: string;
  members: string[];
  member_groups: string[];
}

/** Numbers whose messages go to many mailboxes. */
export default function VoicemailGroupsPage(props: PageProps) {
  return (
    <ObjectsPage<VoicemailGroup>
      {...props}
      collection="/v1/voicemail-groups"
      form="voicemail-group"
      lead={t("A message that is left at a group's number is in its own mailbox and in that of each member.")}
      newTitle={t("Add Voicemail Group")}
      allTitle={t("All voicemail groups")}
      empty={{ title: t("No voicemail groups yet"), text: t("With a voicemail group one message reaches a whole team.") }}
      placeholder={t("Number or name")}
      deletion={t("Its own mailbox goes with it; members keep their messages. This cannot be undone.")}
      nameOf={(row) => `${row.number} ${row.name}`}
      named="name"
      columns={[
        { key: "number", title: t("Extension"), sort: true, draw: (row) => <bdi>{row.number}</bdi> },
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "members", title: t("Members"), draw: (row) => row.members.join(", ") },
      ]}
    />
  );
}
