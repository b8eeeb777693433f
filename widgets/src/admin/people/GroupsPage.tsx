import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { nt, t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable } from "../DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { referring } from "../referring";
import { together } from "../table/each";
import { editing } from "../table/editing";
import { useTurn } from "../useTurn";
import { WorksheetImport } from "./WorksheetImport";

interface Group {
  id: string;
  name: string;
  members: string[];
}

const PATH = "/v1/extension-groups";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

export default function GroupsPage({ rest: [first], readOnly }: PageProps) {
  const back = { path: "extension-groups", label: t("All extension groups") };
  if (first === undefined) return <Groups readOnly={readOnly} />;
  if (first === "import") {
    return <WorksheetImport title={t("Import Extension Groups")} collection={PATH} back={back} hint={t("The first line names the columns; “name” must be there. “members” holds numbers, one after the other.")} change={t("Change groups that are there already")} />;
  }
  return (
    <ObjectPage
      key={first}
      form="extension-group"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add Extension Group")}
      titleOf={(values) => String(values["name"])}
      back={back}
      readOnly={readOnly}
    />
  );
}

function Groups({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={t("Extension Groups")} lead={t("Extensions that are addressed together, by broadcasts and live chats.")}>
        {!readOnly && (
          <>
            <Button variant="default" leftSection={<Icon name="upload" size={16} />} onClick={() => go("extension-groups", "import")}>
              {t("Import CSV")}
            </Button>
            <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("extension-groups", "new")}>
              {t("Add")}
            </Button>
          </>
        )}
      </Heading>
      <DataTable<Group>
        name={t("Extension Groups")}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name")}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href("extension-groups", row.id)}><bdi>{row.name}</bdi></a> },
          { key: "members", title: t("Members"), draw: (row) => nt("{n} extension", "{n} extensions", row.members.length) },
          { key: "numbers", title: t("Extensions"), draw: (row) => row.members.slice(0, 8).join(", ") + (row.members.length > 8 ? " …" : "") },
        ]}
        actions={(row) => editing(href("extension-groups", row.id), readOnly, () => setDoomed({ name: row.name, path: pathOf(row.id) }))}
        bulk={
          readOnly
            ? []
            : [
                {
                  label: t("Delete"),
                  icon: "trash",
                  danger: true,
                  confirm: (count) => ({ title: nt("Delete {n} group?", "Delete {n} groups?", count), text: t("The extensions in them stay. This cannot be taken back.") }),
                  run: (ids) => together(ids, () => api.post(`${PATH}/delete`, { ids })),
                },
              ]
        }
        empty={{ icon: "people", title: t("No extension groups yet"), text: t("A group lets you address many extensions by one name.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("The extensions in it stay. This cannot be taken back.")} users={(one) => referring(api, one)} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}
