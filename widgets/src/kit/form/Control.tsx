import { Autocomplete, Button, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { memo, useContext, useState } from "react";

import { Icon } from "../Icon";
import { nt, t } from "../../shared/i18n";
import { localOf, momentOfLocal } from "../wall";
import { Boxes } from "./Boxes";
import { Choice, Choices } from "./Choice";
import { Colour } from "./Colour";
import { type ControlProps, type Drawn, FormContext, strings, wrapped } from "./context";
import styles from "./Control.module.css";
import { Problem } from "./Problem";
import { chosenBy, type Field, isFitting, isShown, isValues, lengthOf, type Problems, startOf, type Value, type Values } from "./schema";
import { keptWords, Removal, Secret, useKept } from "./Secret";

interface FieldsProps {
  fields: readonly Field[];
  values: Values;
  problems: Problems;
  above?: string;
  onChange: (name: string, value: Value, path: string) => void;
}

/** The fields that apply, each with its problem. */
export function Fields({ fields, values, problems, above = "", onChange }: FieldsProps) {
  const { drawn } = useContext(FormContext);
  return fields
    .filter((field) => isShown(field, values))
    .map((each) => {
      const field = chosenBy(each, values);
      const path = above + field.name;
      return <OneField key={field.source && field.sources ? field.source.path : field.name} field={field} path={path} value={values[field.name]} problems={problems} draw={drawn[path]} onChange={onChange} />;
    });
}

interface OneFieldProps extends Pick<FieldsProps, "problems" | "onChange"> {
  field: Field;
  path: string;
  value: Value;
  draw: Drawn[string] | undefined;
}

/** Not drawn again for what is typed into another one. */
const OneField = memo(function OneField({ field, path, value, problems, draw, onChange }: OneFieldProps) {
  const props: ControlProps = { field, path, value, error: problems[path], onChange: (next) => onChange(field.name, next, path) };
  return (
    <div className={styles.field} data-field={path} data-wide={isWide(field) || draw !== undefined || undefined} data-required={field.required || undefined}>
      {draw?.(props) ?? <Control {...props} problems={problems} />}
    </div>
  );
});

const isWide = (field: Field): boolean => ["textarea", "multiselect", "checkboxes", "hosts", "labels", "rows", "group", "switch"].includes(field.control);

function Control({ problems, ...props }: ControlProps & { problems: Problems }) {
  const { field, value, error, onChange } = props;
  const shared = wrapped(props);
  const kept = useKept(field) && field.secret;
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const setText = (given: string): void => onChange(given === "" && field.nullable ? null : given);

  switch (field.control) {
    case "textarea":
      return (
        <>
          <Textarea {...shared} placeholder={kept ? keptWords(value) : shared.placeholder} value={text} onChange={(event) => setText(event.currentTarget.value)} rows={field.rows} dir="auto" />
          {field.maxLength !== null && (
            <p className={styles.count} data-over={lengthOf(text) > field.maxLength || undefined}>
              {nt("{length} of {n} character", "{length} of {n} characters", field.maxLength, { length: lengthOf(text) })}
            </p>
          )}
          {field.secret && <Removal {...props} />}
        </>
      );
    case "password":
      return <Secret {...props} />;
    case "number":
      return (
        <TextInput
          {...shared}
          className={styles.number}
          inputMode={field.whole ? "numeric" : "decimal"}
          value={text}
          onChange={(event) => onChange(numberOf(event.currentTarget.value))}
          rightSection={field.unit ? <span className={styles.unit}>{field.unit}</span> : undefined}
          rightSectionWidth={field.unit ? `${lengthOf(field.unit) + 2}ch` : undefined}
          rightSectionPointerEvents="none"
          dir="ltr"
        />
      );
    case "switch":
      // Its own words beside it: a description inside the switch's label would become part of its name.
      return (
        <>
          <Switch className={styles.switch} label={field.title} error={error} disabled={field.readOnly} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} aria-describedby={field.description ? `${props.path}-hint` : undefined} />
          {field.description && (
            <p id={`${props.path}-hint`} className={styles.beside}>
              {field.description}
            </p>
          )}
        </>
      );
    case "time":
    case "date":
      return <TextInput {...shared} className={styles.number} type={field.control} value={field.control === "time" ? text.slice(0, 5) : text} onChange={(event) => setText(event.currentTarget.value)} />;
    case "datetime":
      return <TextInput {...shared} className={styles.at} type="datetime-local" value={localOf(text)} onChange={(event) => onChange(momentOfLocal(event.currentTarget.value))} />;
    case "color":
      return <Colour {...props} />;
    case "select":
    case "language":
      return <Choice {...props} />;
    case "multiselect":
      return <Choices {...props} />;
    case "checkboxes":
      return <Boxes {...props} />;
    case "hosts":
      return (
        <TagsInput {...shared} placeholder={field.placeholder || t("Type one and press Enter")} value={strings(value)} onChange={onChange} splitChars={[",", " ", ";", "\n"]} acceptValueOnBlur comboboxProps={{ keepMounted: false }} size="md" dir="ltr" />
      );
    case "labels": // words of a sentence each, where hosts hold no spaces
      return <TagsInput {...shared} placeholder={t("Type one and press Enter")} value={strings(value)} onChange={onChange} splitChars={[",", ";", "\n"]} acceptValueOnBlur comboboxProps={{ keepMounted: false }} size="md" dir="auto" />;
    case "group":
      return (
        <fieldset className={styles.group}>
          <legend>{field.title}</legend>
          {field.description && <p className={styles.hint}>{field.description}</p>}
          <Fields fields={field.fields} values={isValues(value) ? value : {}} problems={problems} above={`${props.path}.`} onChange={(name, inner) => onChange({ ...(isValues(value) ? value : {}), [name]: inner })} />
          {error && <Problem id={`${props.path}-problem`}>{error}</Problem>}
        </fieldset>
      );
    case "rows":
      return <Rows {...props} problems={problems} />;
    case "text":
      return field.options ? (
        <Autocomplete {...shared} value={text} onChange={setText} data={field.options.map((option) => option.value)} openOnFocus={false} dir="auto" />
      ) : (
        <TextInput {...shared} value={text} onChange={(event) => setText(event.currentTarget.value)} spellCheck={false} autoComplete="off" dir="auto" />
      );
  }
}

/** A number as soon as it is one; until then what was typed, which is then refused by name. */
function numberOf(typed: string): Value {
  const text = typed.trim().replace(",", ".");
  if (text === "") return null;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : typed;
}

function Rows({ field, path, value, error, onChange, problems }: ControlProps & { problems: Problems }) {
  const rows = Array.isArray(value) ? (value as Value[]).map((row) => (isValues(row) ? row : {})) : [];
  const full = field.maxItems !== null && rows.length >= field.maxItems;
  const [wanted, setWanted] = useState<Readonly<Record<string, string>>>({});
  const shown = rows.map((row, index) => ({ row, index })).filter(({ row }) => isFitting(row, wanted));
  return (
    <fieldset className={styles.rows} aria-describedby={error ? `${path}-problem` : undefined}>
      <legend>{field.title}</legend>
      {field.description && <p className={styles.hint}>{field.description}</p>}
      {field.filters.length > 0 && rows.length > 1 && <RowFilters field={field} wanted={wanted} onChange={setWanted} found={shown.length} />}
      {shown.map(({ row, index }) => (
        <div key={index} className={styles.row} role="group" aria-label={`${field.title} ${index + 1}`}>
          <div className={styles.cells}>
            <Fields fields={field.fields} values={row} problems={problems} above={`${path}.${index}.`} onChange={(name, inner) => onChange(rows.map((each, at) => (at === index ? { ...each, [name]: inner } : each)))} />
          </div>
          <Button variant="subtle" color="gray" size="compact-sm" leftSection={<Icon name="trash" size={16} />} onClick={() => onChange(rows.filter((_, at) => at !== index))}>
            {t("Remove")}
          </Button>
        </div>
      ))}
      <div>
        <Button
          variant="default"
          size="xs"
          disabled={full}
          leftSection={<Icon name="plus" size={15} />}
          onClick={() => {
            setWanted({}); // a new row fits nothing, and is to be seen
            onChange([...rows, startOf(field.fields, {})]);
          }}
        >
          {t("Add a row")}
        </Button>
      </div>
      {error && <Problem id={`${path}-problem`}>{error}</Problem>}
    </fieldset>
  );
}

function RowFilters({ field, wanted, onChange, found }: { field: Field; wanted: Readonly<Record<string, string>>; onChange: (wanted: Readonly<Record<string, string>>) => void; found: number }) {
  const filtered = field.fields.filter((each) => field.filters.includes(each.name));
  return (
    <div className={styles.cells} role="search" aria-label={t("Filter {list}", { list: field.title })}>
      {filtered.map((each) => (
        <TextInput key={each.name} size="sm" label={t("Filter by {field}", { field: each.title })} value={wanted[each.name] ?? ""} onChange={(event) => onChange({ ...wanted, [each.name]: event.currentTarget.value })} autoComplete="off" dir="auto" />
      ))}
      <p role="status" className={styles.beside}>
        {nt("{n} row", "{n} rows", found)}
      </p>
    </div>
  );
}
