import { Button, FileButton, Modal } from "@mantine/core";
import { type ReactNode, useRef, useState } from "react";

import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import calls from "../calls/Calls.module.css";
import { DataTable, type RowAction } from "../../kit/table/DataTable";
import { refusalWords } from "../../kit/refusal";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { useTurn } from "../useTurn";

interface SoundFile {
  id: string;
  name: string;
}

interface Props extends PageProps {
  /** The collection's address: `/v1/custom-prompts`. */
  collection: string;
  /** The form's name at `/v1/forms/<name>`. */
  form: string;
  lead: string;
  allTitle: string;
  empty: { title: string; text: string };
  /** Of a file that is uploaded. */
  mostBytes: number;
  /** What is said of a larger one. */
  tooLarge: string;
  /** More buttons above the list. */
  more?: ReactNode;
}

const WITHIN_MS = 120_000;

/** Sound files of one's own: uploaded, heard, renamed, removed. */
export function SoundFilesPage(props: Props) {
  const { page, rest: [first], readOnly, collection, form, allTitle } = props;
  if (first === undefined) return <Sounds {...props} />;
  return (
    <ObjectPage
      key={first}
      form={form}
      collection={collection}
      id={first}
      newTitle=""
      titleOf={(values) => String(values["name"])}
      back={{ path: page.path, label: allTitle }}
      readOnly={readOnly}
    />
  );
}

function Sounds({ page: { name, path }, readOnly, collection, lead, empty, mostBytes, tooLarge, more }: Props) {
  const title = name();
  const soundOf = (id: string): string => `${collection}/${encodeURIComponent(id)}/sound`;
  const [heard, setHeard] = useState<SoundFile | null>(null);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  function actionsOf(row: SoundFile): RowAction<SoundFile>[] {
    const usual: RowAction<SoundFile>[] = [
      { label: t("Play"), icon: "play", run: setHeard },
      { label: t("Download"), icon: "download", href: `${soundOf(row.id)}?download=1` },
    ];
    if (readOnly) return usual;
    return [
      ...usual,
      { label: t("Rename"), icon: "edit", run: () => go(path, row.id) },
      { label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name: row.name, path: `${collection}/${encodeURIComponent(row.id)}` }) },
    ];
  }

  return (
    <>
      <Heading title={title} lead={lead}>
        {!readOnly && (
          <>
            {more}
            <Upload collection={collection} mostBytes={mostBytes} tooLarge={tooLarge} onAdded={again} />
          </>
        )}
      </Heading>
      <DataTable<SoundFile>
        name={title}
        path={collection}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name")}
        columns={[{ key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href(path, row.id)}><bdi>{row.name}</bdi></a> }]}
        actions={actionsOf}
        empty={{ icon: "phone", ...empty }}
      />
      <Modal opened={heard !== null} onClose={() => setHeard(null)} title={heard?.name ?? ""} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
        {heard && <audio controls autoPlay className={calls.sound} src={soundOf(heard.id)} aria-label={heard.name} />}
      </Modal>
      <ConfirmDelete doomed={doomed} text={t("Its sound file is removed with it. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

/** A sound file; it is called what the file is called. */
function Upload({ collection, mostBytes, tooLarge, onAdded }: Pick<Props, "collection" | "mostBytes" | "tooLarge"> & { onAdded: () => void }) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const reset = useRef<() => void>(null);

  async function take(file: File | null): Promise<void> {
    reset.current?.();
    if (!file) return;
    if (file.size > mostBytes) return setProblem(tooLarge);
    setBusy(true);
    setProblem(null);
    const name = file.name.replace(/\.[^.]+$/, "").slice(0, 64);
    try {
      const sound = new Blob([await file.arrayBuffer()], { type: "application/octet-stream" });
      await api.post(`${collection}?name=${encodeURIComponent(name)}`, sound, WITHIN_MS);
      toast({ tone: "success", title: t("Uploaded"), text: name });
      onAdded();
    } catch (error) {
      if (!(error instanceof ApiError)) setProblem(t("This file could not be read. Please choose it again."));
      else setProblem(refusalWords(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <FileButton resetRef={reset} onChange={(file) => void take(file)} accept="audio/*,.wav,.mp3,.ogg,.gsm" inputProps={{ "aria-label": t("Sound file") }}>
        {(props) => (
          <Button {...props} loading={busy} leftSection={<Icon name="upload" size={16} />}>
            {t("Upload")}
          </Button>
        )}
      </FileButton>
      <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
    </>
  );
}
