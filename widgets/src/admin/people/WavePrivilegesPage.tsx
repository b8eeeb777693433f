import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { referring } from "../referring";
import { editing } from "../../kit/table/editing";
import { useTurn } from "../useTurn";

interface WavePrivilege {
  id: string;
  name: string;
  grants: string[];
  /** Everybody has it who was given no other; it cannot be deleted. */
  is_default: boolean;
}

const PATH = "/v1/wave-privileges";

export default function WavePrivilegesPage({ rest: [first], readOnly }: PageProps) {
  if (first === undefined) return <WavePrivileges readOnly={readOnly} />;
  return (
    <ObjectPage
      key={first}
      form="wave-privilege"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add Wave Privilege")}
      titleOf={(values) => String(values["name"])}
      back={{ path: "wave-privileges", label: t("All Wave privileges") }}
      readOnly={readOnly}
    />
  );
}

function WavePrivileges({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={t("Wave Privileges")} lead={t("What the users of extensions may do in Wave.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("wave-privileges", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<WavePrivilege>
        name={t("Wave Privileges")}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name")}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href("wave-privileges", row.id)}><bdi>{row.name}</bdi></a> },
          { key: "grants", title: t("May"), draw: (row) => row.grants.map(grantWords).join(", ") || "–" },
        ]}
        actions={(row) => editing(href("wave-privileges", row.id), readOnly, row.is_default ? undefined : () => setDoomed({ name: row.name, path: `${PATH}/${encodeURIComponent(row.id)}` }))}
        empty={{ icon: "shield", title: t("No Wave privileges yet"), text: t("A Wave privilege says what the users of extensions may do.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("Extensions that have it fall back to the usual one. This cannot be taken back.")} users={(one) => referring(api, one)} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function grantWords(grant: string): string {
  switch (grant) {
    case "contacts":
      return t("View Contacts");
    case "chat":
      return t("Chat");
    case "group_chat":
      return t("Make Group Chats");
    case "file_transfer":
      return t("Send Files");
    case "delete_chat":
      return t("Delete Chat");
    case "livechat":
      return t("Live Chat");
    default:
      return grant;
  }
}
