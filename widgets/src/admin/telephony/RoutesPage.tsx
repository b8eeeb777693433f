import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { type Column, DataTable, type RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { State } from "../../kit/State";
import { editing } from "../../kit/table/editing";
import { useTurn } from "../useTurn";

export interface RouteRow {
  id: string;
  position: number;
  name: string;
  disabled: boolean;
}

interface Props<Row extends RouteRow> extends PageProps {
  /** The collection's address: `/v1/outbound-routes`. */
  collection: string;
  /** The form's name at `/v1/forms/<name>`. */
  form: string;
  lead: string;
  newTitle: string;
  allTitle: string;
  empty: { title: string; text: string };
  columns: readonly Column<Row>[];
}

/** Routes of one kind: a list whose order decides between equal matches, and a form for each. */
export function RoutesPage<Row extends RouteRow>({ page, rest: [first], readOnly, collection, form, newTitle, allTitle, ...list }: Props<Row>) {
  if (first === undefined) return <List<Row> page={page} readOnly={readOnly} collection={collection} {...list} />;
  return (
    <ObjectPage
      key={first}
      form={form}
      collection={collection}
      id={first === "new" ? null : first}
      newTitle={newTitle}
      titleOf={(values) => String(values["name"])}
      back={{ path: page.path, label: allTitle }}
      readOnly={readOnly}
    />
  );
}

function List<Row extends RouteRow>({ page, readOnly, collection, lead, empty, columns }: Pick<Props<Row>, "page" | "readOnly" | "collection" | "lead" | "empty" | "columns">) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  const pathOf = (id: string): string => `${collection}/${encodeURIComponent(id)}`;

  function actionsOf(row: Row): RowAction<Row>[] {
    const usual = editing<Row>(href(page.path, row.id), readOnly, () => setDoomed({ name: row.name, path: pathOf(row.id) }));
    if (readOnly || row.position <= 1) return usual;
    const up: RowAction<Row> = {
      label: t("Move up"),
      icon: "up",
      run: async () => {
        await api.post(`${pathOf(row.id)}/move`, { position: row.position - 1 });
        again();
      },
    };
    return [up, ...usual];
  }

  return (
    <>
      <Heading title={page.name()} lead={lead}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go(page.path, "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<Row>
        name={page.name()}
        path={collection}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name or pattern")}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href(page.path, row.id)}><bdi>{row.name}</bdi></a> },
          ...columns,
          { key: "disabled", title: t("State"), sort: true, draw: (row) => (row.disabled ? <State tone="calm">{t("Disabled")}</State> : <State tone="good">{t("Enabled")}</State>) },
          { key: "position", title: t("Order"), sort: true, number: true, draw: (row) => String(row.position) },
        ]}
        actions={actionsOf}
        empty={{ icon: "globe", ...empty }}
      />
      <ConfirmDelete doomed={doomed} text={t("Calls do not go by it any more. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}
