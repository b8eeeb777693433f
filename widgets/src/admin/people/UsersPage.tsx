import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { each } from "../../kit/table/each";
import { editing } from "../../kit/table/editing";
import { useTurn } from "../useTurn";
import { AccountSecurity } from "./AccountSecurity";

interface Admin {
  user_name: string;
  display_name: string;
  email: string;
  level: string;
  privilege: string | null;
  enabled: boolean;
}

const PATH = "/v1/admins";
const SECRETS = ["password"];
const pathOf = (user: string): string => `${PATH}/${encodeURIComponent(user)}`;

/** Who may open the administration. */
export default function UsersPage({ rest: [first], readOnly }: PageProps) {
  if (first === undefined) return <Users readOnly={readOnly} />;
  return (
    <ObjectPage
      key={first}
      form="admin"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add User")}
      titleOf={(values) => String(values["display_name"] || values["user_name"])}
      back={{ path: "users", label: t("All users") }}
      readOnly={readOnly}
      fixed={{ user_name: t("The user name stays as it was made.") }}
      secrets={SECRETS}
      actions={readOnly ? undefined : (values) => <AccountSecurity user={String(values["user_name"])} />}
    />
  );
}

function Users({ readOnly }: { readOnly: boolean }) {
  const { api, state } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  const own = state.phase === "in" ? state.me.user : "";

  function actionsOf(row: Admin): RowAction<Admin>[] {
    const usual = editing<Admin>(href("users", row.user_name), readOnly, row.user_name === own ? undefined : () => setDoomed({ name: row.display_name || row.user_name, path: pathOf(row.user_name) }));
    if (readOnly || row.user_name === own) return usual;
    const [edit, ...rest] = usual;
    const enable: RowAction<Admin> = {
      label: row.enabled ? t("Disable") : t("Enable"),
      icon: "power",
      run: async () => {
        await each([row.user_name], (user) => api.patch(pathOf(user), { enabled: !row.enabled }));
        again();
      },
    };
    return edit ? [edit, enable, ...rest] : [enable];
  }

  return (
    <>
      <Heading title={t("Users")} lead={t("Who may open this administration, and how far their rights reach.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("users", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<Admin>
        name={t("Users")}
        path={PATH}
        turn={turn}
        idOf={(row) => row.user_name}
        placeholder={t("User name, name or email")}
        columns={[
          { key: "user_name", title: t("User Name"), sort: true, draw: (row) => <a href={href("users", row.user_name)}><bdi>{row.user_name}</bdi></a> },
          { key: "display_name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.display_name}</bdi> },
          { key: "email", title: t("Email"), sort: true, draw: (row) => <bdi>{row.email}</bdi> },
          { key: "level", title: t("Privilege"), draw: (row) => (row.level === "custom" ? <bdi>{row.privilege ?? t("Custom Privilege")}</bdi> : levelWords(row.level)) },
          { key: "enabled", title: t("State"), draw: (row) => <State tone={row.enabled ? "good" : "calm"}>{row.enabled ? t("Enabled") : t("Disabled")}</State> },
        ]}
        actions={actionsOf}
        empty={{ icon: "user", title: t("No users yet"), text: t("Somebody must be able to open this administration.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("They are signed out at once. This cannot be taken back.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function levelWords(level: string): string {
  switch (level) {
    case "super":
      return t("Super Administrator");
    case "administrator":
      return t("Administrator");
    default:
      return t("Custom Privilege");
  }
}
