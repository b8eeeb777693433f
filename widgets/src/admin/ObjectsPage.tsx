import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { Icon } from "../kit/Icon";
import { go, href } from "../kit/route";
import { t } from "../shared/i18n";
import type { IconName } from "../shared/icons";
import { ConfirmDelete, type Doomed } from "./ConfirmDelete";
import { type BulkAction, type Column, DataTable } from "../kit/table/DataTable";
import { Heading } from "./Heading";
import { ObjectPage } from "./ObjectPage";
import type { PageProps } from "./pages";
import { editing } from "../kit/table/editing";
import { useTurn } from "./useTurn";

interface Props<Row extends { id: string }> extends PageProps {
  /** The collection's address: `/v1/speed-dials`. */
  collection: string;
  /** The form's name at `/v1/forms/<name>`. */
  form: string;
  lead: string;
  newTitle: string;
  allTitle: string;
  empty: { icon?: IconName; title: string; text: string };
  placeholder: string;
  /** What happens when one is deleted. */
  deletion: string;
  nameOf: (row: Row) => string;
  /** The field whose value heads its form. */
  named: string;
  columns: readonly Column<Row>[];
  /** More buttons above the list. */
  more?: ReactNode;
  /** What can be done to several at once. */
  bulk?: readonly BulkAction[];
  /** Asked before one is deleted: the names of what refers to it. */
  users?: (doomed: Doomed) => Promise<readonly string[]>;
}

/** Objects of one kind: a list, and a form for each. */
export function ObjectsPage<Row extends { id: string }>(props: Props<Row>) {
  const { page, rest, readOnly, collection, form, newTitle, allTitle, named } = props;
  const [first] = rest;
  if (first === undefined) return <List<Row> {...props} />;
  return (
    <ObjectPage
      key={first}
      form={form}
      collection={collection}
      id={first === "new" ? null : first}
      newTitle={newTitle}
      titleOf={(values) => String(values[named])}
      back={{ path: page.path, label: allTitle }}
      readOnly={readOnly}
    />
  );
}

function List<Row extends { id: string }>({ page, readOnly, collection, lead, empty, placeholder, deletion, nameOf, columns, more, bulk, users }: Props<Row>) {
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={page.name()} lead={lead}>
        {!readOnly && (
          <>
            {more}
            <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go(page.path, "new")}>
              {t("Add")}
            </Button>
          </>
        )}
      </Heading>
      <DataTable<Row>
        name={page.name()}
        path={collection}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={placeholder}
        columns={columns.map((column, at) => (at === 0 ? { ...column, draw: (row: Row) => <a href={href(page.path, row.id)}>{column.draw(row)}</a> } : column))}
        actions={(row) => editing<Row>(href(page.path, row.id), readOnly, () => setDoomed({ name: nameOf(row), path: `${collection}/${encodeURIComponent(row.id)}` }))}
        {...(bulk && !readOnly && { bulk })}
        empty={{ icon: "phone", ...empty }}
      />
      <ConfirmDelete doomed={doomed} text={deletion} {...(users && { users })} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}
