import { Button, Checkbox } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { Notice } from "../Notice";
import { useSession } from "../session-context";
import { stored, store } from "../stored";
import { toast } from "../toasts";
import { nt, t } from "../../shared/i18n";
import { follow, read, save } from "../download";
import { type Asked, exportOf } from "./asked";
import styles from "./Export.module.css";
import { percentOf, RowCounter } from "./exporting";

/** What a list's file may hold. */
export interface Exported {
  /** The columns that can be chosen, by their heads in the file. */
  columns: readonly string[];
  /** How a line begins that is a row of the list of its own; its column is always there. */
  mark: string;
}

interface Props {
  path: string;
  asked: Asked;
  total: number | undefined;
  exported: Exported | undefined;
}

/** From so many rows on the file takes so long that people want to see how far it is. */
const LONG = 5000;

/** All that matches, as a file: at once, or with a choice of columns and its progress. */
export function Export({ path, asked, total = 0, exported }: Props) {
  const [open, setOpen] = useState(false);
  const icon = <Icon name="download" size={16} />;
  if (!exported && total < LONG) {
    return (
      <Button component="a" href={exportOf(path, asked)} download variant="default" leftSection={icon}>
        {t("Export CSV")}
      </Button>
    );
  }
  return (
    <>
      <Button variant="default" leftSection={icon} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {t("Export CSV")}
      </Button>
      {open && <ExportDialog path={path} asked={asked} total={total} exported={exported ?? { columns: [], mark: "" }} onClose={() => setOpen(false)} />}
    </>
  );
}

function ExportDialog({ path, asked, total, exported, onClose }: { path: string; asked: Asked; total: number; exported: Exported; onClose: () => void }) {
  const key = `engage.export.${path}`;
  const known = exported.columns;
  const [chosen, setChosen] = useState<readonly string[]>(() => stored<string[]>(key)?.filter((each) => known.includes(each)) ?? known);
  const { percent, failed, start, stop } = useExport(exported.mark, total);
  const address = exportOf(path, asked, chosen.length === known.length ? [] : chosen);

  useEffect(() => stop, [stop]);

  function choose(next: readonly string[]): void {
    setChosen(next);
    store(key, next);
  }

  async function run(): Promise<void> {
    if (total < LONG) follow(address);
    else if (!(await start(address))) return;
    onClose();
  }

  return (
    <Dialog title={t("Export CSV")} size="lg" onClose={onClose}>
      <p className={styles.lead}>{nt("{n} row matches. The file holds it.", "{n} rows match. The file holds all of them.", total)}</p>
      {known.length > 0 && (
        <fieldset className={styles.columns} disabled={percent !== null}>
          <legend>{t("Columns")}</legend>
          {known.map((each) => (
            <Checkbox key={each} size="sm" label={<bdi>{each}</bdi>} checked={chosen.includes(each)} onChange={() => choose(known.filter((other) => (other === each ? !chosen.includes(each) : chosen.includes(other))))} />
          ))}
        </fieldset>
      )}
      <div role="alert">{failed && <Notice tone="danger">{t("The file could not be written to its end. Please try again.")}</Notice>}</div>
      {percent !== null && <progress className={styles.progress} value={percent} max={100} aria-label={t("The file is being written")} />}
      <div className={styles.actions}>
        {known.length > 0 && (
          <Button variant="subtle" color="gray" disabled={percent !== null} onClick={() => choose(chosen.length === known.length ? [] : known)}>
            {chosen.length === known.length ? t("No columns") : t("All columns")}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {t("Cancel")}
        </Button>
        <Button loading={percent !== null} disabled={known.length > 0 && chosen.length === 0} onClick={() => void run()}>
          {t("Export")}
        </Button>
      </div>
    </Dialog>
  );
}

/** Fetches a file row by row; `percent` is null where none is on its way. */
function useExport(mark: string, total: number) {
  const { api } = useSession();
  const [percent, setPercent] = useState<number | null>(null);
  const [failed, setFailed] = useState(false);
  const running = useRef<AbortController | null>(null);
  const [stop] = useState(() => () => running.current?.abort());

  async function start(address: string): Promise<boolean> {
    const own = new AbortController();
    running.current = own;
    setFailed(false);
    setPercent(0);
    try {
      const response = await fetch(address, { headers: api.headers("GET"), credentials: "same-origin", signal: own.signal });
      if (!response.ok || response.body === null) throw new Error(String(response.status));
      const counter = new RowCounter(mark);
      const content = await read(response.body, "text/csv;charset=utf-8", (piece) => {
        counter.take(piece);
        setPercent(percentOf(counter.rows, total));
      });
      save(content, nameOf(response));
      toast({ tone: "success", title: t("The file is complete."), key: "export" });
      return true;
    } catch {
      if (!own.signal.aborted) setFailed(true);
      return false;
    } finally {
      if (!own.signal.aborted) setPercent(null);
    }
  }

  return { percent, failed, start, stop };
}

const nameOf = (response: Response): string => /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "export.csv";
