import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { go, href } from "../../kit/route";
import { BackIntoLine } from "../../records/BackIntoLine";
import { RecordList } from "../../records/RecordList";
import type { ChatRecord } from "../../records/records";
import { isRunning } from "../../records/records";
import { Exports, RecordView } from "../../records/RecordView";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import type { RowAction } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { useMayEdit } from "../rights";
import { SectionForm } from "../SectionPage";
import { useTurn } from "../useTurn";

const PATH = "/v1/livechat-records";
const PAGE = "livechat-records";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

/** Every chat of every visitor: found, read, kept, removed. */
export default function RecordsPage({ page, rest: [first], readOnly }: PageProps) {
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [stuck, setStuck] = useState<ChatRecord | null>(null);
  const [turn, again] = useTurn();
  const mayFree = useMayEdit("livechat");
  const back = { href: href(PAGE), label: t("All records") };
  if (first === "settings") {
    return (
      <>
        <Heading title={t("Settings of records")} back={back} />
        <SectionForm name="livechat_records" readOnly={readOnly} />
      </>
    );
  }
  const ask = ({ id, visitor, number }: ChatRecord): void => setDoomed({ name: `${visitor.name} #${number}`, path: pathOf(id) });

  function actionsOf(row: ChatRecord): RowAction<ChatRecord>[] {
    const looking: RowAction<ChatRecord>[] = [{ label: t("Open"), icon: "eye", href: href(PAGE, row.id) }];
    if (isRunning(row.state)) return mayFree ? [...looking, { label: t("Back into the line"), icon: "retry", words: true, run: setStuck }] : looking;
    return readOnly ? looking : [...looking, { label: t("Delete"), icon: "trash", danger: true, run: ask }];
  }

  return (
    <>
      {first === undefined ? (
        <>
          <Heading title={page.name()} lead={t("What visitors and agents said, for as long as each live chat keeps it.")}>
            <Button variant="default" leftSection={<Icon name="settings" size={16} />} onClick={() => go(PAGE, "settings")}>
              {t("Settings")}
            </Button>
          </Heading>
          <RecordList name={page.name()} path={PATH} page={PAGE} livechats="/v1/choices/livechats" agents="/v1/choices/extensions" turn={turn} actions={actionsOf} />
        </>
      ) : (
        <RecordView
          key={first}
          path={pathOf(first)}
          head={(record, state) => (
            <Heading title={`${record.livechat.name} #${record.number}`} back={back}>
              <Exports path={pathOf(record.id)} />
              {!readOnly && !isRunning(state) && (
                <Button color="red" variant="light" leftSection={<Icon name="trash" size={16} />} onClick={() => ask(record)}>
                  {t("Delete")}
                </Button>
              )}
            </Heading>
          )}
        />
      )}
      {stuck && <BackIntoLine chat={stuck} onDone={again} onClose={() => setStuck(null)} />}
      <ConfirmDelete
        doomed={doomed}
        text={t("What was said, its files and its place in the search are removed for good; calls lose the visitor's name. Figures stay.")}
        onDeleted={() => {
          again();
          if (first !== undefined) go(PAGE);
        }}
        onClose={() => setDoomed(null)}
      />
    </>
  );
}
