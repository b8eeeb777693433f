import { Button, SegmentedControl } from "@mantine/core";
import { useContext, useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable } from "../../kit/table/DataTable";
import type { ControlProps, Drawn } from "../../kit/form/context";
import { isValues } from "../../kit/form/schema";
import { Heading } from "../Heading";
import { modules, moduleWords } from "./modules";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import styles from "./PrivilegesPage.module.css";
import { referring } from "../referring";
import { maySee, RightsContext } from "../rights";
import { editing } from "../../kit/table/editing";
import { useTurn } from "../useTurn";

interface Privilege {
  id: string;
  name: string;
  modules: Record<string, string>;
}

const PATH = "/v1/privileges";
const drawn: Drawn = { modules: (props) => <Levels {...props} /> };

/** Sets of rights that users of the level “Custom Privilege” are given. */
export default function PrivilegesPage({ rest: [first], readOnly }: PageProps) {
  if (first === undefined) return <Privileges readOnly={readOnly} />;
  return (
    <ObjectPage
      key={first}
      form="privilege"
      collection={PATH}
      id={first === "new" ? null : first}
      newTitle={t("Add Custom Privilege")}
      titleOf={(values) => String(values["name"])}
      back={{ path: "privileges", label: t("All custom privileges") }}
      readOnly={readOnly}
      drawn={drawn}
    />
  );
}

/** One level per module, as a row of three; nobody gives what they lack or the server has not. */
function Levels({ field, value, error, onChange }: ControlProps) {
  const given = isValues(value) ? value : {};
  const rights = useContext(RightsContext);
  return (
    <fieldset className={styles.levels} aria-describedby={error ? "levels-problem" : undefined}>
      <legend>{field.title}</legend>
      {field.description && <p className={styles.hint}>{field.description}</p>}
      {modules.filter((module) => module in given || maySee(rights, module)).map((module) => {
        const { [module]: _, ...others } = given;
        return (
          <div key={module} className={styles.module}>
            <span id={`module-${module}`}>{moduleWords(module)}</span>
            <SegmentedControl
              aria-labelledby={`module-${module}`}
              size="xs"
              {...(given[module] === "view" || given[module] === "edit" ? { color: "brand" } : {})}
              value={String(given[module] ?? "none")}
              onChange={(level) => onChange(level === "none" ? others : { ...others, [module]: level })}
              data={[
                { value: "none", label: t("None") },
                { value: "view", label: t("View") },
                { value: "edit", label: t("Edit") },
              ]}
            />
          </div>
        );
      })}
      {error && (
        <p id="levels-problem" className={styles.problem}>
          {error}
        </p>
      )}
    </fieldset>
  );
}

function Privileges({ readOnly }: { readOnly: boolean }) {
  const { api } = useSession();
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={t("Custom Privileges")} lead={t("Sets of rights for users who look after a part of the system only.")}>
        {!readOnly && (
          <Button leftSection={<Icon name="plus" size={17} />} onClick={() => go("privileges", "new")}>
            {t("Add")}
          </Button>
        )}
      </Heading>
      <DataTable<Privilege>
        name={t("Custom Privileges")}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name")}
        columns={[
          { key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href("privileges", row.id)}><bdi>{row.name}</bdi></a> },
          { key: "edit", title: t("May edit"), draw: (row) => wordsOf(row, "edit") },
          { key: "view", title: t("May view"), draw: (row) => wordsOf(row, "view") },
        ]}
        actions={(row) => editing(href("privileges", row.id), readOnly, () => setDoomed({ name: row.name, path: `${PATH}/${encodeURIComponent(row.id)}` }))}
        empty={{ icon: "shield", title: t("No custom privileges yet"), text: t("A custom privilege opens chosen pages to a user, to look at or to edit.") }}
      />
      <ConfirmDelete doomed={doomed} users={(one) => referring(api, one)} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

function wordsOf(privilege: Privilege, level: string): string {
  return (
    modules
      .filter((module) => privilege.modules[module] === level)
      .map(moduleWords)
      .join(", ") || "–"
  );
}
