import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { nt, t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { Phones } from "./Phones";
import { SipPassword } from "./SipPassword";
import { WorksheetImport } from "./WorksheetImport";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { referring } from "../referring";
import { State } from "../../kit/State";
import { each, together } from "../../kit/table/each";
import { useTurn } from "../useTurn";
import { AccountSecurity } from "./AccountSecurity";

interface Extension {
  number: string;
  name: string;
  email: string;
  department: string;
  permission: string;
  max_contacts: number;
  enabled: boolean;
}

const PATH = "/v1/extensions";
const SECRETS = ["sip_secret", "wave_password"];
const pathOf = (number: string): string => `${PATH}/${encodeURIComponent(number)}`;

export default function ExtensionsPage({ rest: [first], readOnly }: PageProps) {
  const back = { path: "extensions", label: t("All extensions") };
  if (first === "import") {
    return (
      <WorksheetImport
        title={t("Import Extensions")}
        collection={PATH}
        back={back}
        hint={t("The first line names the columns; only “number” must be there. “sip_secret” and “wave_password” may be: without them phones get a random password, and people a mail to set their own.")}
        change={t("Change extensions that are there already")}
      />
    );
  }
  if (first === "batch") {
    return <ObjectPage form="extension-batch" collection={`${PATH}/batch`} id={null} newTitle={t("Add Several Extensions")} titleOf={(values) => addedWords(values["numbers"])} back={back} readOnly={readOnly} />;
  }
  if (first === undefined) return <Extensions readOnly={readOnly} />;
  const id = first === "new" ? null : first;
  return (
    <ObjectPage
      key={first}
      form="extension"
      collection={PATH}
      id={id}
      newTitle={t("Add Extension")}
      titleOf={(values) => t("Extension {number}", { number: String(values["number"]) })}
      back={back}
      readOnly={readOnly}
      fixed={{ number: t("The number of an extension stays; add another one to renumber a person.") }}
      secrets={SECRETS}
      more={(values) => <Phones number={String(values["number"])} />}
      actions={
        readOnly
          ? undefined
          : (values) => (
              <>
                <SipPassword number={String(values["number"])} />
                <AccountSecurity user={String(values["number"])} />
              </>
            )
      }
    />
  );
}

function Extensions({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  async function enable(number: string, enabled: boolean): Promise<void> {
    await each([number], (one) => api.patch(pathOf(one), { enabled }));
    again();
  }

  function actionsOf(row: Extension): RowAction<Extension>[] {
    const edit: RowAction<Extension> = { label: readOnly ? t("View") : t("Edit"), icon: readOnly ? "eye" : "edit", href: href("extensions", row.number) };
    if (readOnly) return [edit];
    return [
      edit,
      { label: row.enabled ? t("Disable") : t("Enable"), icon: "power", run: () => enable(row.number, !row.enabled) },
      { label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name: `${row.number} ${row.name}`, path: pathOf(row.number) }) },
    ];
  }

  return (
    <>
      <Heading title={t("Extensions")} lead={t("People, their phones and their access to Wave.")}>
        {!readOnly && (
          <>
            <Button variant="default" leftSection={<Icon name="upload" size={16} />} onClick={() => go("extensions", "import")}>
              {t("Import CSV")}
            </Button>
            <Button variant="default" leftSection={<Icon name="people" size={16} />} onClick={() => go("extensions", "batch")}>
              {t("Add Several")}
            </Button>
            <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("extensions", "new")}>
              {t("Add")}
            </Button>
          </>
        )}
      </Heading>
      <DataTable<Extension>
        name={t("Extensions")}
        path={PATH}
        turn={turn}
        idOf={(row) => row.number}
        placeholder={t("Number, name or email")}
        filters={[
          {
            name: "enabled",
            label: t("State"),
            options: [
              { value: "true", label: t("Enabled") },
              { value: "false", label: t("Disabled") },
            ],
          },
        ]}
        columns={[
          { key: "number", title: t("Extension"), sort: true, draw: (row) => <a href={href("extensions", row.number)}>{row.number}</a> },
          { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
          { key: "email", title: t("Email"), sort: true, draw: (row) => <bdi>{row.email}</bdi> },
          { key: "department", title: t("Department"), sort: true, optional: true, draw: (row) => <bdi>{row.department}</bdi> },
          { key: "permission", title: t("Permission"), sort: true, optional: true, draw: (row) => permissionWords(row.permission) },
          { key: "max_contacts", title: t("Concurrent Registrations"), sort: true, optional: true, number: true, draw: (row) => row.max_contacts },
          { key: "enabled", title: t("State"), sort: true, draw: (row) => <State tone={row.enabled ? "good" : "calm"}>{row.enabled ? t("Enabled") : t("Disabled")}</State> },
        ]}
        actions={actionsOf}
        bulk={
          readOnly
            ? []
            : [
                { label: t("Enable"), icon: "power", run: (numbers) => each(numbers, (number) => api.patch(pathOf(number), { enabled: true })) },
                {
                  label: t("Disable"),
                  icon: "power",
                  confirm: (count) => ({ title: nt("Disable {n} extension?", "Disable {n} extensions?", count), text: t("Their phones are signed off, and their users are signed out of Wave.") }),
                  run: (numbers) => each(numbers, (number) => api.patch(pathOf(number), { enabled: false })),
                },
                {
                  label: t("Delete"),
                  icon: "trash",
                  danger: true,
                  confirm: (count) => ({ title: nt("Delete {n} extension?", "Delete {n} extensions?", count), text: t("Their users, passwords and registrations go with them. This cannot be taken back.") }),
                  run: (numbers) => together(numbers, () => api.post(`${PATH}/delete`, { numbers })),
                },
              ]
        }
        empty={{ icon: "people", title: t("No extensions yet"), text: t("An extension is a person with a number, phones and a place in Wave.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("The user, the passwords and the registrations go with it. This cannot be taken back.")} users={(one) => referring(api, one)} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function addedWords(numbers: unknown): string {
  const count = Array.isArray(numbers) ? numbers.length : 0;
  return nt("{n} extension added", "{n} extensions added", count);
}

export function permissionWords(permission: string): string {
  switch (permission) {
    case "internal":
      return t("Internal");
    case "internal-local":
      return t("Local");
    case "internal-local-national":
      return t("National");
    case "internal-local-national-international":
      return t("International");
    default:
      return permission;
  }
}
