import { Button } from "@mantine/core";

import { Icon } from "../../kit/Icon";
import { go } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { nt, t } from "../../shared/i18n";
import { ObjectsPage } from "../ObjectsPage";
import type { PageProps } from "../pages";
import { referring } from "../referring";
import { together } from "../../kit/table/each";
import { WorksheetImport } from "./WorksheetImport";

interface Group {
  id: string;
  name: string;
  members: string[];
}

const PATH = "/v1/extension-groups";

/** Extensions that are addressed together. */
export default function GroupsPage(props: PageProps) {
  const { api } = useSession();
  const { page, rest } = props;
  const allTitle = t("All extension groups");
  if (rest[0] === "import") {
    const hint = t("The first line names the columns; “name” must be there. “members” holds numbers, one after the other.");
    return <WorksheetImport title={t("Import Extension Groups")} collection={PATH} back={{ path: page.path, label: allTitle }} hint={hint} change={t("Change groups that are there already")} />;
  }
  return (
    <ObjectsPage<Group>
      {...props}
      collection={PATH}
      form="extension-group"
      lead={t("Extensions that are addressed together, by broadcasts and live chats.")}
      newTitle={t("Add Extension Group")}
      allTitle={allTitle}
      empty={{ icon: "people", title: t("No extension groups yet"), text: t("A group lets you address many extensions by one name.") }}
      placeholder={t("Name")}
      deletion={t("The extensions in it stay. This cannot be taken back.")}
      users={(one) => referring(api, one)}
      nameOf={(row) => row.name}
      named="name"
      columns={[
        { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
        { key: "members", title: t("Members"), draw: (row) => nt("{n} extension", "{n} extensions", row.members.length) },
        { key: "numbers", title: t("Extensions"), draw: (row) => row.members.slice(0, 8).join(", ") + (row.members.length > 8 ? " …" : "") },
      ]}
      more={
        <Button variant="default" leftSection={<Icon name="upload" size={16} />} onClick={() => go(page.path, "import")}>
          {t("Import CSV")}
        </Button>
      }
      bulk={[
        {
          label: t("Delete"),
          icon: "trash",
          danger: true,
          confirm: (count) => ({ title: nt("Delete {n} group?", "Delete {n} groups?", count), text: t("The extensions in them stay. This cannot be taken back.") }),
          run: (ids) => together(ids, () => api.post(`${PATH}/delete`, { ids })),
        },
      ]}
    />
  );
}
