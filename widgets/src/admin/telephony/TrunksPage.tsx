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
import { WorksheetImport } from "../people/WorksheetImport";
import { State } from "../../kit/State";
import { each } from "../../kit/table/each";
import { editing } from "../../kit/table/editing";
import { useTurn } from "../useTurn";
import { hostOf, stateOf, type Trunk } from "./trunks";

const PATH = "/v1/trunks";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

/** The ways out of the house: providers we register with, and peers. */
export default function TrunksPage({ page, rest: [first, part], readOnly }: PageProps) {
  if (first === undefined) return <Trunks title={page.name()} readOnly={readOnly} />;
  if (part === "dods" && !readOnly) {
    return <WorksheetImport title={t("Import DOD Numbers")} collection={`${pathOf(first)}/dods`} back={{ path: "trunks", label: t("All VoIP trunks") }} hint={t("The first line names the columns; “number” must be there. “extensions” are numbers, one after the other.")} change={t("Change DOD numbers that are there already")} />;
  }
  return (
    <ObjectPage
      key={first}
      form="trunk"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add VoIP Trunk")}
      titleOf={(values) => String(values["name"])}
      back={{ path: "trunks", label: t("All VoIP trunks") }}
      readOnly={readOnly}
      actions={
        readOnly
          ? undefined
          : () => (
              <Button variant="default" leftSection={<Icon name="upload" size={16} />} onClick={() => go("trunks", first, "dods")}>
                {t("Import DOD Numbers")}
              </Button>
            )
      }
    />
  );
}

function Trunks({ title, readOnly }: { title: string; readOnly: boolean }) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  function actionsOf(row: Trunk): RowAction<Trunk>[] {
    const usual = editing<Trunk>(href("trunks", row.id), readOnly, () => setDoomed({ name: row.name, path: pathOf(row.id) }));
    const [edit, ...rest] = usual;
    if (readOnly || !edit) return usual;
    const enable: RowAction<Trunk> = {
      label: row.disabled ? t("Enable") : t("Disable"),
      icon: "power",
      run: async () => {
        await each([row.id], (id) => api.patch(pathOf(id), { disabled: !row.disabled }));
        again();
      },
    };
    return [edit, enable, ...rest];
  }

  return (
    <>
      <Heading title={title} lead={t("Providers that this PBX registers with, and other PBXs it is joined with.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("trunks", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<Trunk>
        name={title}
        path={PATH}
        turn={turn}
        live
        idOf={(row) => row.id}
        placeholder={t("Name, host or number")}
        columns={[
          { key: "name", title: t("Provider Name"), sort: true, draw: (row) => <a href={href("trunks", row.id)}><bdi>{row.name}</bdi></a> },
          { key: "state", title: t("State"), sort: true, draw: (row) => <Standing trunk={row} /> },
          { key: "round_trip_ms", title: t("Round Trip"), number: true, draw: (row) => (row.round_trip_ms === null ? "–" : t("{n} ms", { n: row.round_trip_ms })) },
          { key: "kind", title: t("Type"), sort: true, draw: (row) => (row.kind === "peer" ? t("Peer SIP Trunk") : t("Register SIP Trunk")) },
          { key: "host", title: t("Host Name"), sort: true, draw: (row) => <bdi>{hostOf(row)}</bdi> },
          { key: "transport", title: t("Transport"), sort: true, optional: true, draw: (row) => (row.transport === "auto" ? "DNS" : row.transport.toUpperCase()) },
          { key: "username", title: t("Username"), sort: true, draw: (row) => <bdi>{row.trunk_registration_number || row.username || "–"}</bdi> },
          { key: "server", title: t("Server"), optional: true, draw: (row) => <bdi>{row.server || "–"}</bdi> },
        ]}
        actions={actionsOf}
        empty={{ icon: "globe", title: t("No VoIP trunks yet"), text: t("A trunk joins this PBX with a telephone provider or with another PBX.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("Its registration is taken back. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function Standing({ trunk }: { trunk: Trunk }) {
  const { tone, words } = stateOf(trunk);
  return <State tone={tone}>{words}</State>;
}
