import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { ApiError } from "../../shared/api";
import { sizeWords } from "../../shared/files";
import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";
import { State } from "../../kit/State";
import { saidWords } from "../../kit/refusal";
import styles from "../email/Email.module.css";

const PATIENCE_MS = 30_000;

interface Tested {
  works: boolean;
  message: string;
  free_bytes: number;
  total_bytes: number;
}

/** Where recordings go once they are whole, and a test of that place. */
export default function RecordingStoragePage({ page, readOnly }: PageProps) {
  return (
    <>
      <Heading title={page.name()} lead={t("Recordings are made on this server, and can be moved to a NAS or another disk that is mounted here.")} />
      <div className={styles.column}>
        <SectionForm name="recording_storage" readOnly={readOnly} />
        {!readOnly && <StorageTest />}
      </div>
    </>
  );
}

function StorageTest() {
  const { api } = useSession();
  const [folder, setFolder] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Tested | null>(null);

  async function test(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setProblem(null);
    setResult(null);
    if (folder.trim() === "") return setProblem(t("This field is required."));
    setBusy(true);
    try {
      setResult(await api.post<Tested>("/v1/recordings/storage-test", { folder: folder.trim() }, PATIENCE_MS));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.fields["folder"] ?? saidWords(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className={styles.panel} aria-labelledby="test-storage">
      <h2 id="test-storage" className={styles.title}>
        {t("Test Storage")}
      </h2>
      <p className={styles.lead}>{t("A small file is written there, by which the PBX knows later that the disk is mounted.")}</p>
      <form className={styles.test} onSubmit={(event) => void test(event)} noValidate>
        <TextInput size="md" label={t("Folder to test")} placeholder="/mnt/nas/recordings" value={folder} error={problem} onChange={(event) => setFolder(event.currentTarget.value)} dir="ltr" />
        <Button type="submit" variant="default" size="md" loading={busy} leftSection={<Icon name="check" size={17} />}>
          {t("Test")}
        </Button>
      </form>
      <div role="status" className={styles.result}>
        {result && (
          <p>
            <State tone={result.works ? "good" : "bad"}>{result.works ? t("Recordings can be kept there") : t("Recordings cannot be kept there")}</State>{" "}
            {result.works ? t("{free} of {total} are free.", { free: sizeWords(result.free_bytes), total: sizeWords(result.total_bytes) }) : result.message}
          </p>
        )}
      </div>
    </section>
  );
}
