import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable } from "../DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { editing } from "../table/editing";
import { useTurn } from "../useTurn";

interface RingGroup {
  id: string;
  number: string;
  name: string;
  members: string[];
  member_groups: string[];
  strategy: "in_order" | "simultaneously";
}

const PATH = "/v1/ring-groups";

/** Extensions that ring for one number. */
export default function RingGroupsPage({ page, rest: [first], readOnly }: PageProps) {
  if (first === undefined) return <Groups title={page.name()} readOnly={readOnly} />;
  return (
    <ObjectPage
      key={first}
      form="ring-group"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add Ring Group")}
      titleOf={(values) => String(values["name"])}
      back={{ path: "ring-groups", label: t("All ring groups") }}
      readOnly={readOnly}
    />
  );
}

function Groups({ title, readOnly }: { title: string; readOnly: boolean }) {
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={title} lead={t("Extensions that ring for one number, in order or all at once.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("ring-groups", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<RingGroup>
        name={title}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name or number")}
        columns={[
          { key: "name", title: t("Ring Group Name"), sort: true, draw: (row) => <a href={href("ring-groups", row.id)}><bdi>{row.name}</bdi></a> },
          { key: "number", title: t("Extension"), sort: true, number: true, draw: (row) => row.number },
          { key: "strategy", title: t("Ring Strategy"), sort: true, draw: (row) => (row.strategy === "in_order" ? t("Ring in Order") : t("Ring Simultaneously")) },
          { key: "members", title: t("Members"), draw: (row) => <bdi>{row.members.join(", ") || "–"}</bdi> },
          { key: "member_groups", title: t("Extension Groups"), number: true, draw: (row) => String(row.member_groups.length) },
        ]}
        actions={(row) => editing<RingGroup>(href("ring-groups", row.id), readOnly, () => setDoomed({ name: row.name, path: `${PATH}/${encodeURIComponent(row.id)}` }))}
        empty={{ icon: "phone", title: t("No ring groups yet"), text: t("A ring group lets several extensions answer one number.") }}
      />
      <ConfirmDelete doomed={doomed} text={t("Its number can be called no more. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}
