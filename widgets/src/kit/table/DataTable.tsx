import { Button, Checkbox, TextInput } from "@mantine/core";
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";

import { Blank, Failed, Loading } from "../Blank";
import { Confirm } from "../Confirm";
import { Icon } from "../Icon";
import { useSession } from "../session-context";
import type { IconName } from "../../shared/icons";
import { t } from "../../shared/i18n";
import styles from "./DataTable.module.css";
import { Acts, type RowAction } from "./Act";
import { addressOf, type Asked, asked as nothingAsked, type Collection, filtered, isNarrowed, narrowed, sortedBy } from "./asked";
import { type BulkAction, BulkBar } from "./BulkBar";
import { ColumnChoice } from "./ColumnChoice";
import { Export, type Exported } from "./Export";
import { type Filter, LONGEST } from "./FilterField";
import { Filters } from "./Filters";
import { Head } from "./Head";
import { Pages } from "./Pages";
import { type Column, useColumns } from "./useColumns";
import { useAsked } from "./useAsked";
import { usePolled } from "../usePolled";

export type { BulkAction, Column, Filter, RowAction };

interface Props<Row> {
  /** What the list is called by screen readers, and what this browser remembers its columns by. */
  name: string;
  /** The collection's address: `/v1/extensions`. */
  path: string;
  idOf: (row: Row) => string;
  /** The first column names the row. */
  columns: readonly Column<Row>[];
  actions?: (row: Row) => readonly RowAction<Row>[];
  /** `bad`: something is wrong with the row; its words say what. */
  tone?: (row: Row) => "bad" | undefined;
  bulk?: readonly BulkAction[];
  filters?: readonly Filter[];
  placeholder?: string;
  searchable?: boolean;
  exportable?: boolean;
  /** Which columns of the file can be chosen. */
  exported?: Exported;
  /** What narrows the list stays in this browser, for whoever is signed in, until it is cleared. */
  kept?: boolean;
  empty: { icon: IconName; title: string; text: string };
  /** Changes when the list is to be read anew. */
  turn?: number;
  /** How the list begins, where not by the server's own order. */
  begin?: Partial<Asked>;
  /** The list moves by itself: ask again every few seconds. */
  live?: boolean;
}

const TYPING_MS = 250;

/** A collection of the server: searched, sorted and paged there, chosen from and acted on here. */
export function DataTable<Row>(props: Props<Row>) {
  const { name, path, idOf, columns, actions, tone, bulk = [], filters = [], placeholder, searchable = true, exportable = true, exported, kept = false, empty, turn = 0, begin, live = false } = props;
  const { api } = useSession();
  const [asked, setAsked] = useAsked(path, { ...nothingAsked, ...begin }, filters, kept);
  const [typed, setTyped] = useState(asked.q);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [confirming, setConfirming] = useState<BulkAction | null>(null);
  const id = useId();
  const region = useRef<HTMLDivElement>(null);
  const { shown, hidden, toggle } = useColumns(path, columns);

  useEffect(() => {
    if (typed.trim() === asked.q) return undefined;
    const timer = setTimeout(() => setAsked((before) => narrowed(before, { q: typed.trim() })), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, asked.q]);

  const address = addressOf(path, asked);
  const load = useCallback(async () => ({ address, turn, page: await api.get<Collection<Row>>(address) }), [api, address, turn]);
  const { value, failed, reload } = usePolled(load, () => (live ? "slow" : "still"));
  const page = value?.page ?? null;
  const stale = value !== null && value.address !== address;
  const ids = useMemo(() => (page?.items ?? []).map(idOf), [page, idOf]);

  // What is no longer shown is no longer chosen.
  useEffect(() => setChosen((before) => ([...before].every((each) => ids.includes(each)) ? before : new Set([...before].filter((each) => ids.includes(each))))), [ids]);

  // The last row of a page was deleted: the page before has what there is.
  useEffect(() => {
    if (page && !stale && page.items.length === 0 && asked.trail.length > 0) setAsked((before) => ({ ...before, trail: before.trail.slice(0, -1) }));
  }, [page, stale, asked.trail.length]);

  // What had the focus went away with its row: it goes to the list, or to the page's heading.
  const focused = useRef(false);
  useEffect(() => {
    if (!focused.current || document.activeElement !== document.body) return;
    (region.current ?? document.querySelector<HTMLElement>("main h1"))?.focus({ preventScroll: true });
  }, [page]);

  function clear(): void {
    setTyped("");
    setAsked((before) => narrowed(before, { q: "", filters: {} }));
    region.current?.focus({ preventScroll: true }); // the button goes with what it cleared
  }

  async function runBulk(action: BulkAction): Promise<void> {
    try {
      await action.run([...chosen]);
      setChosen(new Set());
      reload();
    } finally {
      setConfirming(null);
      region.current?.focus();
    }
  }

  const whole = !isNarrowed(asked) && asked.trail.length === 0;
  const everything = (
    <Button variant="default" onClick={clear}>
      {t("Show everything")}
    </Button>
  );
  if (page === null && !failed) return <Loading />;
  if (page === null)
    return (
      <Failed text={t("The list could not be loaded.")} retry={reload}>
        {!whole && everything /* what is asked for may be what is refused */}
      </Failed>
    );
  if (page.items.length === 0 && whole) return <Blank {...empty} />;
  const all = ids.length > 0 && ids.every((each) => chosen.has(each));
  return (
    <div className={styles.list}>
      <div className={styles.tools} role="search" aria-label={name}>
        {searchable && (
          <TextInput type="search" size="sm" className={styles.search} label={t("Search")} maxLength={LONGEST} placeholder={placeholder} leftSection={<Icon name="search" size={16} />} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        )}
        <Filters filters={filters} asked={asked} onChange={(filter, value) => setAsked((before) => filtered(before, filter, value))} onClear={clear} />
        <div className={styles.side}>
          {columns.length > 3 && <ColumnChoice columns={columns} hidden={hidden} onToggle={toggle} />}
          {exportable && <Export path={path} asked={asked} total={page.total} exported={exported} />}
        </div>
      </div>
      {failed && (
        <p role="status" className={styles.stale}>
          {t("The server cannot be reached; this may be out of date.")}
        </p>
      )}
      {bulk.length > 0 && chosen.size > 0 && <BulkBar count={chosen.size} actions={bulk} onAct={(action) => (action.confirm ? setConfirming(action) : void runBulk(action))} onClear={() => setChosen(new Set())} />}
      <div ref={region} className={styles.scroll} tabIndex={0} role="region" aria-label={name} aria-busy={stale} onFocus={() => (focused.current = true)} onBlur={(event) => (focused.current = event.relatedTarget === null)}>
        <table className={styles.table} role="table" data-stale={stale || undefined}>
          <thead role="rowgroup">
            <tr role="row">
              {bulk.length > 0 && (
                <th scope="col" role="columnheader" className={styles.pick}>
                  <Checkbox size="sm" aria-label={t("Select all on this page")} checked={all} indeterminate={!all && chosen.size > 0} onChange={() => setChosen(new Set(all ? [] : ids))} />
                </th>
              )}
              {shown.map((column) => (
                <Head key={column.key} column={column} asked={asked} sort={(key) => setAsked((before) => sortedBy(before, key))} />
              ))}
              {actions && (
                <th scope="col" role="columnheader" className={styles.actions}>
                  <span className="visually-hidden">{t("Actions")}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {page.items.map((row, index) => {
              const key = ids[index] ?? "";
              const named = `${id}-${index}`;
              return (
                <tr key={key} role="row" data-chosen={chosen.has(key) || undefined} data-tone={tone?.(row)}>
                  {bulk.length > 0 && (
                    <td role="cell" className={styles.pick}>
                      <Checkbox size="sm" aria-label={t("Select")} aria-describedby={named} checked={chosen.has(key)} onChange={() => setChosen(toggled(chosen, key))} />
                    </td>
                  )}
                  {shown.map((column, place) =>
                    place === 0 ? (
                      <th key={column.key} id={named} scope="row" role="rowheader">
                        {column.draw(row)}
                      </th>
                    ) : (
                      <td key={column.key} role="cell" className={column.number ? styles.number : undefined}>
                        <span className={styles.label} aria-hidden="true">
                          {column.title}
                        </span>
                        <span className={styles.value}>{column.draw(row)}</span>
                      </td>
                    ),
                  )}
                  {actions && (
                    <td role="cell" className={styles.actions}>
                      <div className={styles.buttons}>
                        <Acts actions={actions(row)} row={row} described={named} />
                      </div>
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {page.items.length === 0 && (
        <Blank icon="search" title={t("Nothing matches")} text={t("Try other words, or fewer filters.")}>
          {everything}
        </Blank>
      )}
      <Pages asked={asked} shown={page.items.length} total={page.total} next={stale ? null : page.cursor} onChange={setAsked} />
      <Confirm
        opened={confirming !== null}
        title={confirming?.confirm?.(chosen.size).title ?? ""}
        text={confirming?.confirm?.(chosen.size).text ?? ""}
        action={confirming?.label ?? ""}
        danger={confirming?.danger ?? false}
        onConfirm={() => (confirming ? runBulk(confirming) : undefined)}
        onClose={() => setConfirming(null)}
      />
    </div>
  );
}

function toggled(chosen: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}
