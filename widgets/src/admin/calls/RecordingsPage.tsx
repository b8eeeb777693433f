import { Modal } from "@mantine/core";
import { useState } from "react";

import { useSession } from "../../kit/session-context";
import { shortTime, spanOf } from "../../kit/time";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { type BulkAction, DataTable, type Filter, type RowAction } from "../../kit/table/DataTable";
import { follow } from "../../kit/download";
import { saidWords } from "../../kit/refusal";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { useTurn } from "../useTurn";
import styles from "./Calls.module.css";
import { kindWords, partyOf, type Recording, soundOf } from "./calls";

const PATH = "/v1/recordings";

/** What was recorded: found by either party, played, downloaded, removed. */
export default function RecordingsPage(props: PageProps) {
  const kinds = (["call", "queue", "conference", "emergency"] as const).map((value) => ({ value, label: kindWords(value) }));
  return <Recordings {...props} path={PATH} lead={t("Recorded calls, to be played and downloaded.")} filters={[{ name: "kind", label: t("Type"), options: kinds }]} />;
}

/** The recordings at `path`, which may be some of them; `filters` narrow them further. */
export function Recordings({ page, readOnly, path, lead, filters = [] }: PageProps & { path: string; lead: string; filters?: readonly Filter[] }) {
  const [heard, setHeard] = useState<Recording | null>(null);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();
  const bulk = useBulk();

  function actionsOf(row: Recording): RowAction<Recording>[] {
    const usual: RowAction<Recording>[] = [
      { label: t("Play"), icon: "play", run: setHeard },
      { label: t("Download"), icon: "download", href: `${soundOf(row.id)}?download=1` },
    ];
    if (readOnly) return usual;
    return [...usual, { label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name: row.file, path: `${PATH}/${encodeURIComponent(row.id)}` }) }];
  }

  return (
    <>
      <Heading title={page.name()} lead={lead} />
      <DataTable<Recording>
        name={page.name()}
        path={path}
        turn={turn}
        kept
        bulk={readOnly ? bulk.slice(0, 1) : bulk}
        idOf={(row) => row.id}
        placeholder={t("Number, name or file")}
        filters={[
          ...filters,
          { kind: "text", name: "caller", label: t("Caller Number") },
          { kind: "text", name: "caller_name", label: t("Caller Name") },
          { kind: "text", name: "callee", label: t("Callee Number") },
          { kind: "text", name: "callee_name", label: t("Callee Name") },
          { kind: "from", name: "from", label: t("From") },
          { kind: "until", name: "until", label: t("Until") },
        ]}
        columns={[
          { key: "caller", title: t("Caller"), sort: true, draw: (row) => <bdi>{partyOf(row.caller, row.caller_name)}</bdi> },
          { key: "callee", title: t("Callee"), sort: true, draw: (row) => <bdi>{partyOf(row.callee, row.callee_name)}</bdi> },
          { key: "recorded_at", title: t("Time"), sort: true, number: true, draw: (row) => <time dateTime={row.recorded_at}>{shortTime(row.recorded_at)}</time> },
          { key: "seconds", title: t("Length"), sort: true, number: true, draw: (row) => spanOf(row.seconds) },
          { key: "kind", title: t("Type"), draw: (row) => kindWords(row.kind) },
          { key: "file", title: t("File"), optional: true, draw: (row) => <bdi>{row.file}</bdi> },
          { key: "storage", title: t("Storage"), optional: true, draw: (row) => (row.storage === "netdisk" ? t("External") : t("Local")) },
        ]}
        actions={actionsOf}
        empty={{ icon: "phone", title: t("No recordings yet"), text: t("Calls that are recorded appear here once they have ended.") }}
      />
      <Modal opened={heard !== null} onClose={() => setHeard(null)} title={heard ? `${partyOf(heard.caller, heard.caller_name)} → ${partyOf(heard.callee, heard.callee_name)}` : ""} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
        {heard && <audio controls autoPlay className={styles.sound} src={soundOf(heard.id)} aria-label={t("Recording {file}", { file: heard.file })} />}
      </Modal>
      <ConfirmDelete doomed={doomed} text={t("The recording's file is removed with it. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

/** What can be done with several at once: kept, and, as the last, removed. */
function useBulk(): BulkAction[] {
  const { api } = useSession();
  const download = (ids: string[]): void => follow(`${PATH}/archive?${new URLSearchParams(ids.map((id) => ["id", id])).toString()}`);

  async function remove(ids: string[]): Promise<void> {
    try {
      const { deleted } = await api.post<{ deleted: number }>(`${PATH}/delete`, { ids });
      if (deleted > 0) toast({ tone: "success", title: nt("{n} deleted", "{n} deleted", deleted), key: "each" });
      const left = ids.length - deleted;
      if (left > 0) toast({ tone: "danger", title: nt("{n} could not be deleted", "{n} could not be deleted", left), text: t("Their files cannot be removed now: the storage they are on is away."), stay_ms: null, key: "each-refused" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast({ tone: "danger", title: t("Nothing was deleted"), text: saidWords(error), stay_ms: null, key: "each-refused" });
    }
  }

  return [
    { label: t("Download"), icon: "download", run: async (ids) => download(ids) },
    {
      label: t("Delete"),
      icon: "trash",
      danger: true,
      confirm: (count) => ({ title: nt("Delete {n} recording?", "Delete {n} recordings?", count), text: t("Their files are removed with them. This cannot be undone.") }),
      run: remove,
    },
  ];
}
