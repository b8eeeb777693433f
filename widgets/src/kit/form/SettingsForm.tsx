import { Button } from "@mantine/core";
import { type FormEvent, type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { saidWords } from "../refusal";
import { Icon } from "../Icon";
import { Notice } from "../Notice";
import { go } from "../route";
import { toast } from "../toasts";
import { ApiError } from "../../shared/api";
import { announce } from "../../shared/announce";
import { t } from "../../shared/i18n";
import { type Drawn, FormContext } from "./context";
import { Fields } from "./Control";
import { type Meanwhile, meanwhileOf, Overwriting } from "./Overwriting";
import { changes, type Field, fieldsOf, fixed, type FormSection, keeping, placed, type Problems, problems, same, type Schema, sectionsOf, startOf, tabsOf, type Value, type Values, whereIs, without } from "./schema";
import { Tabs } from "./Tabs";
import { useUnsaved } from "./useUnsaved";
import styles from "./SettingsForm.module.css";

/** An object as the server has it now. */
export interface Stored {
  values: Values;
  version?: number | undefined;
  /** Which secrets are set; their values are never told. */
  secrets?: readonly string[];
}

interface Props {
  schema: Schema;
  stored: Stored;
  /** A new object is sent whole, a stored one only where it changed. */
  isNew?: boolean;
  /** Sends it; what it returns is shown from then on. `version`: the one that was edited, or another's that is overwritten. */
  save: (values: Record<string, Value>, version: number | undefined) => Promise<Stored | void>;
  /** Reads the object anew, when somebody else has changed it meanwhile. */
  load?: () => Promise<Stored>;
  /** After saving, with what the server says it is now, if anything was changed. Without it the form stays and says so. */
  onSaved?: (kept?: Stored) => void;
  /** Where Cancel leads (`["extensions"]`); without it, Cancel takes back what was typed. */
  cancel?: readonly string[];
  /** Why nothing can be changed here. */
  readOnly?: string | null;
  /** Fields that cannot be changed, each with the reason. */
  ruled?: Readonly<Record<string, string>>;
  submit?: string;
  /** Controls the page draws by itself, by path. */
  drawn?: Drawn | undefined;
  /** The button that fills in the usual values, of certain fields; without it, there is none. */
  reset?: Reset | undefined;
  /** Told what stands in the form, whenever it changes. */
  watch?: (values: Values) => void;
  /** More for the page's foot, beside the buttons. */
  children?: ReactNode;
}

/** What the button says, and which fields it fills in. */
export interface Reset {
  label: string;
  fills: (field: Field) => boolean;
}

/** A field that has a problem, and the tab it is in. */
interface Trouble {
  path: string;
  title: string;
  tab: number;
}

const nothing: Drawn = {};
const none: Readonly<Record<string, string>> = {};
const noSecrets: readonly string[] = [];

/** A form drawn from the server's schema, with everything around it that keeps people's work safe. */
export function SettingsForm({ schema, stored, isNew = false, save, load, onSaved, cancel, readOnly = null, ruled = none, submit, drawn = nothing, reset, watch, children }: Props) {
  const [secrets, setSecrets] = useState(() => secretsOf(stored, isNew));
  const fields = useMemo(() => keeping(fixed(fieldsOf(schema), ruled), secrets), [schema, ruled, secrets]);
  const tabs = useMemo(() => tabsOf(schema, sectionsOf(fields)), [schema, fields]);
  const [tab, setTab] = useState(0);
  const [base, setBase] = useState<Stored>(() => ({ ...stored, values: startOf(fields, stored.values) }));
  const [values, setValues] = useState<Values>(base.values);
  const [told, setTold] = useState<Problems>({});
  const [general, setGeneral] = useState<string | null>(null);
  const [refusals, setRefusals] = useState(0);
  const [busy, setBusy] = useState(false);
  const [meanwhile, setMeanwhile] = useState<Meanwhile | null>(null);
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const dirty = readOnly === null && !same(values, base.values);
  const unsaved = useUnsaved(dirty);

  useEffect(() => watch?.(values), [watch, values]);

  useEffect(() => {
    if (refusals > 0) focusFirst(form.current, told);
    // Only a refusal moves the focus, not the problems' being mended one by one.
  }, [refusals]);

  // The same one for as long as the form stands: a field is drawn anew when something of it changed.
  const set = useCallback((name: string, value: Value, path: string): void => {
    setValues((before) => ({ ...before, [name]: value }));
    setTold((before) => without(before, path));
  }, []);
  const surroundings = useMemo(() => ({ drawn, secrets }), [drawn, secrets]);

  function refuse(found: Record<string, string>, words: string): void {
    setTold(found);
    setGeneral(words);
    const faulty = Object.keys(found).map((path) => whereIs(path, tabs)?.tab ?? 0);
    if (faulty.length > 0 && !faulty.includes(tab)) setTab(Math.min(...faulty));
    setRefusals((before) => before + 1);
  }

  /** The usual values, to be looked at and saved. */
  function fillIn({ fills }: Reset): void {
    setValues((before) => ({ ...before, ...startOf(fields.filter(fills), {}) }));
    setTold({});
    setGeneral(null);
    announce(t("The usual values are filled in. Save to keep them."));
  }

  /** From here on, this is what is stored. */
  function take(next: Stored): void {
    setBase(next);
    setValues(next.values);
    setSecrets(secretsOf(next, false));
    setTold({});
    setGeneral(null);
  }

  async function send(version: number | undefined): Promise<void> {
    const wrong = problems(fields, values);
    if (Object.keys(wrong).length > 0) return refuse(wrong, t("Please check the marked fields."));
    setBusy(true);
    try {
      const sent = isNew ? whole(values) : changes(fields, base.values, values);
      const kept = isNew || Object.keys(sent).length > 0 ? await save(sent, version) : undefined;
      const next = kept ? { ...kept, values: startOf(fields, kept.values) } : { ...base, values };
      unsaved.release();
      take(next);
      setMeanwhile(null);
      const goOn = unsaved.takeLeaving();
      if (goOn) {
        toast({ tone: "success", title: t("Saved"), key: "saved" });
        goOn();
      } else if (onSaved) onSaved(kept ?? undefined);
      else toast({ tone: "success", title: t("Saved"), key: "saved" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "edited") return setMeanwhile(meanwhileOf(error));
      setMeanwhile(null);
      const { fields: placedFields, rest } = placed(fields, values, error.fields);
      refuse(placedFields, [error.message || t("The server cannot be reached. What you wrote is still here; please try again."), ...rest].join(" "));
    } finally {
      setBusy(false);
    }
  }

  async function takeTheirs(read: () => Promise<Stored>): Promise<void> {
    try {
      const theirs = await read();
      const next = { ...theirs, values: startOf(fields, theirs.values) };
      take(next);
      announce(t("Their version is shown."));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setGeneral(saidWords(error));
    }
    setMeanwhile(null);
  }

  function submitted(event: FormEvent): void {
    event.preventDefault();
    if (!busy && readOnly === null) void send(base.version);
  }

  function cancelled(): void {
    if (cancel) return go(...cancel);
    setValues(base.values);
    setTold({});
    setGeneral(null);
    announce(t("The changes were taken back."));
  }

  const troubles: Trouble[] = Object.keys(told).flatMap((path) => {
    const found = whereIs(path, tabs);
    return found ? [{ path, ...found }] : [];
  });

  /** Opens the tab of a field that has a problem, and goes there. */
  function show({ path, tab: its }: Trouble): void {
    flushSync(() => setTab(its));
    focusFirst(form.current, { [path]: "" });
  }

  const drawSection = (section: FormSection): ReactNode => {
    const named = `${id}-section-${fields.indexOf(section.fields[0] as Field)}`;
    return (
      <section key={section.title} className={styles.section} aria-labelledby={section.title ? named : undefined}>
        {section.title && (
          <h2 id={named} className={styles.title}>
            {section.title}
          </h2>
        )}
        <div className={styles.fields}>
          <Fields fields={section.fields} values={values} problems={told} onChange={set} />
        </div>
      </section>
    );
  };

  return (
    <FormContext value={surroundings}>
      <form ref={form} className={styles.form} onSubmit={submitted} noValidate>
        {readOnly !== null && <Notice tone="warn">{readOnly}</Notice>}
        <fieldset className={styles.all} disabled={readOnly !== null}>
          {tabs.length > 1 ? <Tabs id={id} label={t("Parts of this form")} tabs={tabs.map(({ title, sections }, index) => ({ title, problems: troubles.filter((each) => each.tab === index).length, panel: () => sections.map(drawSection) }))} chosen={tab} onChoose={setTab} /> : tabs[0]?.sections.map(drawSection)}
        </fieldset>
        <div className={styles.foot}>
          <div role="alert" className={styles.general}>
            {general && (
              <Notice key={refusals} tone="danger">
                {general}
              </Notice>
            )}
          </div>
          {tabs.length > 1 && troubles.length > 0 && (
            <ul className={styles.troubles} aria-label={t("Fields to check")}>
              {troubles.map((each) => (
                <li key={each.path}>
                  <button type="button" className={styles.trouble} onClick={() => show(each)}>
                    {each.title}
                  </button>
                  : {told[each.path]}
                </li>
              ))}
            </ul>
          )}
          <div className={styles.actions}>
            {readOnly === null && (
              <Button type="submit" loading={busy} size="md" leftSection={<Icon name="check" size={18} />}>
                {submit ?? t("Save")}
              </Button>
            )}
            <Button variant="default" size="md" onClick={cancelled} disabled={!cancel && !dirty}>
              {t("Cancel")}
            </Button>
            {reset && readOnly === null && (
              <Button variant="default" size="md" onClick={() => fillIn(reset)}>
                {reset.label}
              </Button>
            )}
            {children}
            {dirty && <span className={styles.dirty}>{t("Not saved yet")}</span>}
          </div>
        </div>
      </form>
      <Overwriting meanwhile={meanwhile} busy={busy} onLoad={load && (() => void takeTheirs(load))} onOverwrite={(version) => void send(version)} onClose={() => setMeanwhile(null)} />
      {unsaved.question}
    </FormContext>
  );
}

const secretsOf = (stored: Stored, isNew: boolean): readonly string[] => (isNew ? noSecrets : (stored.secrets ?? noSecrets));

/** All that is filled in; what is left empty is the server's to decide. */
function whole(values: Values): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ""));
}

/** The first field, as the page shows them, that has a problem; what another tab hides is passed over. */
function focusFirst(form: HTMLFormElement | null, told: Problems): void {
  for (const place of form?.querySelectorAll<HTMLElement>("[data-field]") ?? []) {
    const path = place.dataset["field"] ?? "";
    if (!(path in told) || place.closest("[hidden]")) continue;
    const control = place.querySelector<HTMLElement>("input:not([type=hidden]):not([type=color]), textarea, button");
    if (control) return control.focus();
  }
}
