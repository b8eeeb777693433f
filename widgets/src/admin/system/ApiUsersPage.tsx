import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { nt, t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { each } from "../../kit/table/each";
import { editing } from "../../kit/table/editing";
import { useTurn } from "../useTurn";

interface ApiUser {
  id: string;
  user: string;
  enabled: boolean;
  permitted: string[];
  denied_actions: string[];
  /** How many sessions stand now. */
  sessions: number;
  created_at: string;
}

const PATH = "/v1/api-users";
const SECRETS = ["password"];
const FEW = 3;
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

/** Programs that may use the HTTPS API. */
export default function ApiUsersPage({ page, rest: [first], readOnly }: PageProps) {
  if (first === undefined) return <ApiUsers title={page.name()} readOnly={readOnly} />;
  return (
    <ObjectPage
      key={first}
      form="api-users"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add API User")}
      titleOf={(values) => String(values["user"])}
      back={{ path: "api-users", label: t("All API users") }}
      readOnly={readOnly}
      secrets={SECRETS}
    />
  );
}

function ApiUsers({ title, readOnly }: { title: string; readOnly: boolean }) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  function actionsOf(row: ApiUser): RowAction<ApiUser>[] {
    const usual = editing<ApiUser>(href("api-users", row.id), readOnly, () => setDoomed({ name: row.user, path: pathOf(row.id) }));
    const [edit, ...rest] = usual;
    if (readOnly || !edit) return usual;
    const enable: RowAction<ApiUser> = {
      label: row.enabled ? t("Disable") : t("Enable"),
      icon: "power",
      run: async () => {
        await each([row.id], (id) => api.patch(pathOf(id), { enabled: !row.enabled }));
        again();
      },
    };
    return [edit, enable, ...rest];
  }

  return (
    <>
      <Heading title={title} lead={t("Programs that may use the HTTPS API, which is at /api.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("api-users", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<ApiUser>
        name={title}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("User name or address")}
        columns={[
          { key: "user", title: t("User Name"), sort: true, draw: (row) => <a href={href("api-users", row.id)}><bdi>{row.user}</bdi></a> },
          { key: "enabled", title: t("State"), sort: true, draw: (row) => <State tone={row.enabled ? "good" : "calm"}>{row.enabled ? t("Enabled") : t("Disabled")}</State> },
          { key: "permitted", title: t("Permitted Addresses"), draw: (row) => <Permitted entries={row.permitted} /> },
          { key: "sessions", title: t("Sessions"), number: true, draw: (row) => row.sessions },
          { key: "created_at", title: t("Added"), sort: true, optional: true, draw: (row) => shortTime(row.created_at) },
        ]}
        actions={actionsOf}
        empty={{ icon: "key", title: t("No API users yet"), text: t("A program signs in to the HTTPS API with a user name and a password of its own.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("Its sessions end at once. This cannot be taken back.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function Permitted({ entries }: { entries: readonly string[] }) {
  if (entries.length === 0) return <>{t("Everywhere")}</>;
  const more = entries.length - FEW;
  return (
    <>
      <bdi>{entries.slice(0, FEW).join(", ")}</bdi>
      {more > 0 && ` ${nt("and {n} more", "and {n} more", more)}`}
    </>
  );
}
