import { Button, FileButton, Modal } from "@mantine/core";
import { useRef, useState } from "react";

import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import calls from "../calls/Calls.module.css";
import { DataTable, type RowAction } from "../DataTable";
import { Heading } from "../Heading";
import { ObjectPage } from "../ObjectPage";
import type { PageProps } from "../pages";
import { useTurn } from "../useTurn";

interface CustomPrompt {
  id: string;
  name: string;
}

const PATH = "/v1/custom-prompts";
const MOST_BYTES = 30_000_000;
const WITHIN_MS = 120_000;
const soundOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}/sound`;

/** Sound files of one's own: uploaded, heard, renamed, removed. */
export default function CustomPromptsPage({ page, rest: [first], readOnly }: PageProps) {
  if (first === undefined) return <Prompts title={page.name()} path={page.path} readOnly={readOnly} />;
  return (
    <ObjectPage
      key={first}
      form="custom-prompt"
      collection={PATH}
      id={first}
      newTitle=""
      titleOf={(values) => String(values["name"])}
      back={{ path: page.path, label: t("All custom prompts") }}
      readOnly={readOnly}
    />
  );
}

function Prompts({ title, path, readOnly }: { title: string; path: string; readOnly: boolean }) {
  const [heard, setHeard] = useState<CustomPrompt | null>(null);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const [turn, again] = useTurn();

  function actionsOf(row: CustomPrompt): RowAction<CustomPrompt>[] {
    const usual: RowAction<CustomPrompt>[] = [
      { label: t("Play"), icon: "play", run: setHeard },
      { label: t("Download"), icon: "download", href: soundOf(row.id) },
    ];
    if (readOnly) return usual;
    return [
      ...usual,
      { label: t("Rename"), icon: "edit", run: () => go(path, row.id) },
      { label: t("Delete"), icon: "trash", danger: true, run: () => setDoomed({ name: row.name, path: `${PATH}/${encodeURIComponent(row.id)}` }) },
    ];
  }

  return (
    <>
      <Heading title={title} lead={t("Sounds of your own, for IVRs and other services to play.")}>{!readOnly && <Upload onAdded={again} />}</Heading>
      <DataTable<CustomPrompt>
        name={title}
        path={PATH}
        turn={turn}
        idOf={(row) => row.id}
        placeholder={t("Name")}
        columns={[{ key: "name", title: t("Name"), sort: true, draw: (row) => <a href={href(path, row.id)}><bdi>{row.name}</bdi></a> }]}
        actions={actionsOf}
        empty={{ icon: "phone", title: t("No custom prompts yet"), text: t("Upload a sound file, and IVRs can play it to callers.") }}
      />
      <Modal opened={heard !== null} onClose={() => setHeard(null)} title={heard?.name ?? ""} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
        {heard && <audio controls autoPlay className={calls.sound} src={soundOf(heard.id)} aria-label={heard.name} />}
      </Modal>
      <ConfirmDelete doomed={doomed} text={t("Its sound file is removed with it. This cannot be undone.")} onDeleted={again} onClose={() => setDoomed(null)} />
    </>
  );
}

/** A sound file; it is called what the file is called. */
function Upload({ onAdded }: { onAdded: () => void }) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const reset = useRef<() => void>(null);

  async function take(file: File | null): Promise<void> {
    reset.current?.();
    if (!file) return;
    if (file.size > MOST_BYTES) return setProblem(t("This file is too large: at most {n} MB.", { n: MOST_BYTES / 1_000_000 }));
    setBusy(true);
    setProblem(null);
    const name = file.name.replace(/\.[^.]+$/, "").slice(0, 64);
    try {
      const sound = new Blob([await file.arrayBuffer()], { type: "application/octet-stream" });
      await api.post(`${PATH}?name=${encodeURIComponent(name)}`, sound, WITHIN_MS);
      toast({ tone: "success", title: t("Uploaded"), text: name });
      onAdded();
    } catch (error) {
      if (!(error instanceof ApiError)) setProblem(t("This file could not be read. Please choose it again."));
      else setProblem(Object.values(error.fields)[0] ?? (error.message || t("The server cannot be reached. Please try again.")));
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
