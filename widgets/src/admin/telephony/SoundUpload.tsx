import { Button, FileButton } from "@mantine/core";
import { useRef, useState } from "react";

import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { refusalWords } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";

const MOST_BYTES = 30_000_000;
const WITHIN_MS = 120_000;

interface Props {
  /** Where each file is sent, with `?name=`. */
  path: string;
  onAdded: () => void;
}

/** Sound files, one or several; each is called what its file is called. */
export function SoundUpload({ path, onAdded }: Props) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const reset = useRef<() => void>(null);

  async function send(file: File): Promise<string | null> {
    if (file.size > MOST_BYTES) return t("This file is too large: at most {n} MB.", { n: MOST_BYTES / 1_000_000 });
    const name = file.name.replace(/\.[^.]+$/, "").slice(0, 64);
    try {
      const sound = new Blob([await file.arrayBuffer()], { type: "application/octet-stream" });
      await api.post(`${path}?name=${encodeURIComponent(name)}`, sound, WITHIN_MS);
      return null;
    } catch (error) {
      if (!(error instanceof ApiError)) return t("This file could not be read. Please choose it again.");
      return refusalWords(error);
    }
  }

  async function take(files: readonly File[]): Promise<void> {
    reset.current?.();
    if (files.length === 0) return;
    setBusy(true);
    setProblems([]);
    const refused: string[] = [];
    for (const file of files) {
      const problem = await send(file);
      if (problem !== null) refused.push(files.length === 1 ? problem : `${file.name}: ${problem}`);
    }
    const added = files.length - refused.length;
    if (added > 0) toast({ tone: "success", title: t("Uploaded"), text: nt("{n} file", "{n} files", added) });
    setProblems(refused);
    setBusy(false);
    if (added > 0) onAdded();
  }

  return (
    <>
      <FileButton multiple resetRef={reset} onChange={(files) => void take(files)} accept="audio/*,.wav,.mp3,.ogg,.gsm" inputProps={{ "aria-label": t("Sound file") }}>
        {(props) => (
          <Button {...props} loading={busy} leftSection={<Icon name="upload" size={16} />}>
            {t("Upload")}
          </Button>
        )}
      </FileButton>
      <div role="alert">{problems.map((each) => <Notice key={each} tone="danger">{each}</Notice>)}</div>
    </>
  );
}
