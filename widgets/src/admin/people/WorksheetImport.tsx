import { Button, Checkbox, FileButton } from "@mantine/core";
import { useRef, useState } from "react";

import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { go, href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { saidWords } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import styles from "./WorksheetImport.module.css";
import { Heading } from "../Heading";
import table from "../table.module.css";

interface Problem {
  line: number;
  field: string;
  message: string;
}

/** What an import would do, or has done. */
interface Outcome {
  added: number;
  changed: number;
  errors: Problem[];
}

interface Props {
  title: string;
  /** The collection: `/v1/extensions`. */
  collection: string;
  /** The list's address and name. */
  back: { path: string; label: string };
  /** Which columns there are, and what happens without them. */
  hint: string;
  /** What is chosen to have known ones changed. */
  change: string;
}

const SHOWN = 100;
const MOST_BYTES = 5_000_000;
const WITHIN_MS = 120_000;

/** A worksheet of a collection: looked through first, taken over as a whole or not at all. */
export function WorksheetImport({ title, collection, back, hint, change }: Props) {
  const { api } = useSession();
  const [name, setName] = useState("");
  const [preview, setPreview] = useState<Outcome | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [update, setUpdate] = useState(false);
  const sheet = useRef<Blob>(null);
  const reset = useRef<() => void>(null);

  async function ask(dryRun: boolean, known: boolean): Promise<Outcome | null> {
    if (!sheet.current) return null;
    setBusy(true);
    setProblem(null);
    try {
      return await api.post<Outcome>(`${collection}/import?dry_run=${Number(dryRun)}&update=${Number(known)}`, sheet.current, WITHIN_MS);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const refused = outcomeOf(error);
      if (!refused) setProblem(saidWords(error));
      return refused;
    } finally {
      setBusy(false);
    }
  }

  async function look(file: File | null): Promise<void> {
    reset.current?.();
    if (!file) return;
    setName(file.name);
    setPreview(null);
    sheet.current = null;
    if (file.size > MOST_BYTES) return setProblem(t("This file is too large: at most {n} MB.", { n: MOST_BYTES / 1_000_000 }));
    try {
      sheet.current = new Blob([await file.arrayBuffer()], { type: "text/csv" });
    } catch {
      return setProblem(t("This file could not be read. Please choose it again."));
    }
    setPreview(await ask(true, update));
  }

  async function choose(known: boolean): Promise<void> {
    setUpdate(known);
    if (sheet.current) setPreview(await ask(true, known));
  }

  async function take(): Promise<void> {
    const outcome = await ask(false, update);
    if (!outcome) return;
    if (outcome.errors.length > 0) return setPreview(outcome);
    toast({ tone: "success", title: t("Imported"), text: summary(outcome) });
    go(back.path);
  }

  const ready = preview !== null && preview.errors.length === 0 && preview.added + preview.changed > 0;
  return (
    <>
      <Heading title={title} back={{ href: href(back.path), label: back.label }} lead={t("A CSV file as the export writes it; all of it is taken over, or nothing.")} />
      <div className={styles.card}>
        <p className={table.soft}>{hint}</p>
        <Checkbox label={change} checked={update} onChange={(event) => void choose(event.currentTarget.checked)} />
        <div className={styles.actions}>
          <FileButton resetRef={reset} onChange={(file) => void look(file)} accept=".csv,text/csv" inputProps={{ "aria-label": t("CSV file") }}>
            {(props) => (
              <Button {...props} variant={ready ? "default" : "filled"} loading={busy && preview === null} leftSection={<Icon name="upload" size={16} />}>
                {preview || name ? t("Choose another file") : t("Choose a file")}
              </Button>
            )}
          </FileButton>
          <Button component="a" variant="subtle" href={`${collection}?format=csv`} download leftSection={<Icon name="download" size={16} />}>
            {t("Download the present ones")}
          </Button>
        </div>
        {name && (
          <p className={styles.file}>
            <bdi>{name}</bdi>
          </p>
        )}
        <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
        <div role="status">{preview && <p className={styles.summary}>{preview.errors.length > 0 ? nt("{n} line cannot be taken. Nothing is imported until it is mended.", "{n} lines cannot be taken. Nothing is imported until they are mended.", preview.errors.length) : summary(preview)}</p>}</div>
        {preview && preview.errors.length > 0 && <Problems problems={preview.errors} />}
        {ready && (
          <div className={styles.actions}>
            <Button loading={busy} leftSection={<Icon name="check" size={17} />} onClick={() => void take()}>
              {t("Import")}
            </Button>
            <Button variant="default" onClick={() => go(back.path)}>
              {t("Cancel")}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

/** What a refusal says line by line. */
function outcomeOf({ body }: ApiError): Outcome | null {
  const told = body as Partial<Outcome> | null;
  return told?.errors ? { added: told.added ?? 0, changed: told.changed ?? 0, errors: told.errors } : null;
}

function summary({ added, changed }: Outcome): string {
  return [nt("{n} is added", "{n} are added", added), nt("{n} is changed", "{n} are changed", changed)].join(", ");
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  return (
    <div className={table.scroll} tabIndex={0} role="region" aria-label={t("Lines with errors")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("Line")}</th>
            <th scope="col">{t("Column")}</th>
            <th scope="col">{t("Problem")}</th>
          </tr>
        </thead>
        <tbody>
          {problems.slice(0, SHOWN).map((each) => (
            <tr key={`${each.line}-${each.field}-${each.message}`}>
              <th scope="row" className={table.number}>
                {each.line}
              </th>
              <td>{each.field || "–"}</td>
              <td>{each.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {problems.length > SHOWN && <p className={styles.file}>{nt("and {n} more", "and {n} more", problems.length - SHOWN)}</p>}
    </div>
  );
}
