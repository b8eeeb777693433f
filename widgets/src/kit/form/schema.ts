/** From a JSON schema with the server's hints to the fields of a form, and the form's rules: pure. */
import { nt, t } from "../../shared/i18n";

export type Value = unknown;
export type Values = Readonly<Record<string, Value>>;
export type Problems = Readonly<Record<string, string>>;

export type Control =
  | "text"
  | "textarea"
  | "password"
  | "number"
  | "switch"
  | "select"
  | "multiselect"
  | "checkboxes"
  | "color"
  | "hosts"
  | "labels"
  | "language"
  | "time"
  | "date"
  | "datetime"
  | "group"
  | "rows";

/** A JSON schema as pydantic writes it, with our hints in `json_schema_extra`. */
export interface Schema {
  title?: string;
  description?: string;
  type?: string;
  format?: string;
  enum?: readonly (string | number)[];
  const?: string | number;
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  $ref?: string;
  $defs?: Readonly<Record<string, Schema>>;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  default?: Value;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  readOnly?: boolean;
  /** The fields' names in the order they are shown. */
  order?: readonly string[];
  /** To be filled, though the server takes a default: it says in its own words what is missing. */
  needed?: boolean;
  /** Kept by the server and never shown. */
  secret?: boolean;
  /** A secret that may be taken away. */
  removable?: boolean;
  control?: Control;
  section?: string;
  /** Parts of a long form, each with sections of its own. */
  tabs?: readonly { title: string; sections: readonly string[] }[];
  choices?: string;
  choice_value?: string;
  choice_label?: string;
  /** Where it is chosen from depends on another field's value; typed where that names no list. */
  choices_by?: { field: string; lists: Readonly<Record<string, { path: string; value: string }>> };
  labels?: Readonly<Record<string, string>>;
  when?: Condition;
  unit?: string;
  placeholder?: string;
  rows?: number;
  /** The fields of rows by which a long list of them is filtered. */
  filters?: readonly string[];
}

/** Shown only while another field has this value, or one of these. */
interface Condition {
  field: string;
  is: Value | readonly Value[];
}

/** Whether a row holds what is looked for: part of a text, or a member of a list that begins so. Empty means anything. */
export function isFitting(row: Values, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, typed]) => {
    const sought = typed.trim().toLocaleLowerCase();
    const value = row[name];
    if (sought === "") return true;
    if (Array.isArray(value)) return value.some((each) => String(each).toLocaleLowerCase().startsWith(sought));
    return String(value ?? "").toLocaleLowerCase().includes(sought);
  });
}

export interface Option {
  value: string;
  label: string;
}

export interface Source {
  path: string;
  value: string;
  label: string;
}

export interface Field {
  name: string;
  title: string;
  description: string;
  control: Control;
  section: string;
  required: boolean;
  /** The server says in its own words that it is missing. */
  needed: boolean;
  nullable: boolean;
  /** Numbers that stand in a list (`enum: [10, 20]`) come back as numbers. */
  numeric: boolean;
  readOnly: boolean;
  whole: boolean;
  secret: boolean;
  removable: boolean;
  default: Value;
  options: readonly Option[] | null;
  source: Source | null;
  /** By the value of another field. */
  sources: { field: string; lists: Readonly<Record<string, Source>> } | null;
  /** It is shown only while all of them hold. */
  when: readonly Condition[];
  unit: string;
  placeholder: string;
  rows: number;
  minLength: number | null;
  maxLength: number | null;
  minItems: number | null;
  maxItems: number | null;
  minimum: number | null;
  maximum: number | null;
  pattern: string | null;
  /** Of a group, or of each row. */
  fields: readonly Field[];
  /** The fields of its rows that they are filtered by. */
  filters: readonly string[];
}

export function fieldsOf(schema: Schema, defs: Readonly<Record<string, Schema>> = schema.$defs ?? {}): Field[] {
  const resolved = resolve(schema, defs);
  const required = new Set(resolved.required ?? []);
  const properties = resolved.properties ?? {};
  const names = resolved.order ?? Object.keys(properties);
  const fields = names.flatMap((name) => (properties[name] ? [fieldOf(name, properties[name], required.has(name), defs)] : []));
  return fields.map((field) => ({ ...field, when: conditionsOf(field, fields) }));
}

/** A field's own condition, and those of the field that it looks at: what hangs on a hidden field is hidden as well. */
function conditionsOf(field: Field, fields: readonly Field[]): Condition[] {
  const others = fields.filter((each) => each !== field);
  return field.when.flatMap((condition) => {
    const looked = others.find((each) => each.name === condition.field.split(".")[0]);
    return [condition, ...(looked ? conditionsOf(looked, others) : [])];
  });
}

function fieldOf(name: string, schema: Schema, required: boolean, defs: Readonly<Record<string, Schema>>): Field {
  const nullable = (schema.anyOf ?? schema.oneOf ?? []).some((each) => each.type === "null");
  const plain = resolve(schema, defs);
  const items = plain.items ? resolve(plain.items, defs) : null;
  const control = plain.control ?? controlFor(plain, items);
  const values = plain.enum ?? items?.enum ?? null;
  const labels = plain.labels ?? items?.labels ?? {};
  return {
    name,
    title: plain.title ?? name,
    description: plain.description ?? "",
    control,
    section: plain.section ?? "",
    required: plain.needed || (required && !nullable && plain.default === undefined),
    needed: plain.needed ?? false,
    nullable,
    numeric: [plain.type, items?.type].some((type) => type === "integer" || type === "number"),
    readOnly: plain.readOnly ?? false,
    whole: plain.type === "integer",
    secret: plain.secret ?? false,
    removable: plain.removable ?? false,
    default: plain.default,
    options: values ? values.map((value) => ({ value: String(value), label: labels[String(value)] ?? String(value) })) : plain.labels ? Object.entries(plain.labels).map(([value, label]) => ({ value, label })) : null,
    source: plain.choices ? { path: plain.choices, value: plain.choice_value ?? "id", label: plain.choice_label ?? "name" } : null,
    sources: plain.choices_by ? { field: plain.choices_by.field, lists: Object.fromEntries(Object.entries(plain.choices_by.lists).map(([kind, list]) => [kind, { ...list, label: "name" }])) } : null,
    when: plain.when ? [plain.when] : [],
    unit: plain.unit ?? "",
    placeholder: plain.placeholder ?? "",
    rows: plain.rows ?? 3,
    minLength: plain.minLength ?? null,
    maxLength: plain.maxLength ?? null,
    minItems: plain.minItems ?? null,
    maxItems: plain.maxItems ?? null,
    minimum: plain.minimum ?? null,
    maximum: plain.maximum ?? null,
    pattern: plain.pattern ?? null,
    fields: control === "group" ? fieldsOf(plain, defs) : control === "rows" && items ? fieldsOf(items, defs) : [],
    filters: plain.filters ?? [],
  };
}

/** The schema behind a reference, behind `X | None`, behind a single `allOf`; its own words go first. */
function resolve(schema: Schema, defs: Readonly<Record<string, Schema>>): Schema {
  const { $ref, anyOf, oneOf, allOf, ...own } = schema;
  if ($ref) return { ...resolve(defs[$ref.split("/").at(-1) ?? ""] ?? {}, defs), ...own };
  const inner = (anyOf ?? oneOf ?? allOf ?? []).find((each) => each.type !== "null");
  return inner ? { ...resolve(inner, defs), ...own } : own;
}

function controlFor(schema: Schema, items: Schema | null): Control {
  if (schema.choices) return schema.type === "array" ? "multiselect" : "select";
  if (schema.enum || schema.labels) return schema.type === "array" ? "checkboxes" : "select";
  switch (schema.type) {
    case "boolean":
      return "switch";
    case "integer":
    case "number":
      return "number";
    case "object":
      return "group";
    case "array":
      return items?.enum ? "checkboxes" : items?.type === "object" ? "rows" : "hosts";
    default:
      if (schema.format === "password") return "password";
      if (schema.format === "time" || schema.format === "date") return schema.format;
      if (schema.format === "date-time") return "datetime";
      return (schema.maxLength ?? 0) > 400 ? "textarea" : "text";
  }
}

export interface FormSection {
  title: string;
  fields: Field[];
}

/** Fields under their sections' titles, each section once, where it is first named. A field that names none belongs to the one before it. */
export function sectionsOf(fields: readonly Field[]): FormSection[] {
  const sections: FormSection[] = [];
  let last = "";
  for (const field of fields) {
    last = field.section || last;
    const known = sections.find((section) => section.title === last);
    if (known) known.fields.push(field);
    else sections.push({ title: last, fields: [field] });
  }
  return sections;
}

interface FormTab {
  title: string;
  sections: FormSection[];
}

/** The sections under the tabs the schema names, in their order; without any, all are in one. What no tab names is in the first. */
export function tabsOf(schema: Schema, sections: readonly FormSection[]): FormTab[] {
  const named = schema.tabs ?? [];
  const homeless = sections.filter((section) => !named.some((tab) => tab.sections.includes(section.title)));
  const tabs = named.map((tab, index) => ({ title: tab.title, sections: [...tab.sections.flatMap((title) => sections.filter((section) => section.title === title)), ...(index === 0 ? homeless : [])] }));
  return tabs.length > 0 ? tabs.filter((tab) => tab.sections.length > 0) : [{ title: "", sections: [...sections] }];
}

/** Which tab a problem is in, and what its field is called. */
export function whereIs(path: string, tabs: readonly FormTab[]): { tab: number; title: string } | null {
  const [name, ...rest] = path.split(".");
  for (const [tab, { sections }] of tabs.entries()) {
    const field = sections.flatMap((section) => section.fields).find((each) => each.name === name);
    if (field) return { tab, title: [field.title, ...titlesIn(field.fields, rest)].join(" › ") };
  }
  return null;
}

function titlesIn(fields: readonly Field[], [part, ...rest]: readonly string[]): string[] {
  if (part === undefined) return [];
  const field = fields.find((each) => each.name === part);
  if (field) return [field.title, ...titlesIn(field.fields, rest)];
  return [String(Number(part) + 1), ...titlesIn(fields, rest)];
}

/** The same fields, some of them only to be read, each with the reason. */
export function fixed(fields: readonly Field[], reasons: Readonly<Record<string, string>>): Field[] {
  return fields.map((field) => (field.name in reasons ? { ...field, readOnly: true, required: false, description: reasons[field.name] || field.description } : field));
}

/** The same fields; a secret that is kept need not be given again. */
export function keeping(fields: readonly Field[], secrets: readonly string[]): Field[] {
  return fields.map((field) => (secrets.includes(field.name) ? { ...field, required: false } : field));
}

/** What a control shows when nothing is given. */
function emptyOf(field: Field): Value {
  if (field.default !== undefined) return field.default;
  switch (field.control) {
    case "switch":
      return false;
    case "multiselect":
    case "checkboxes":
    case "hosts":
    case "labels":
    case "rows":
      return [];
    case "group":
      return startOf(field.fields, {});
    case "number":
    case "select":
    case "language":
      return null;
    default:
      return field.nullable ? null : "";
  }
}

/** Every field's value: what is stored, else what a new one begins with. */
export function startOf(fields: readonly Field[], given: Values): Values {
  return Object.fromEntries(
    fields.map((field) => {
      const value = given[field.name];
      if (value === undefined) return [field.name, emptyOf(field)];
      if (field.control === "group" && isValues(value)) return [field.name, { ...value, ...startOf(field.fields, value) }];
      return [field.name, value];
    }),
  );
}

export const isValues = (value: Value): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

export function isShown(field: Field, values: Values): boolean {
  return field.when.every((condition) => {
    const value = at(values, condition.field);
    return Array.isArray(condition.is) ? condition.is.some((each) => same(each, value)) : same(condition.is, value);
  });
}

/** A field that is chosen from a list while another has a certain value, and typed else. */
export function chosenBy(field: Field, values: Values): Field {
  const source = field.sources?.lists[String(values[field.sources.field])];
  return source ? { ...field, control: "select", source, description: "" } : field;
}

function at(values: Values, path: string): Value {
  return path.split(".").reduce<Value>((value, part) => (isValues(value) ? value[part] : undefined), values);
}

export function same(one: Value, other: Value): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Only what differs from the start: what nobody touched is not written over. */
export function changes(fields: readonly Field[], start: Values, values: Values): Record<string, Value> {
  return Object.fromEntries(fields.filter((field) => !field.readOnly && !same(start[field.name], values[field.name])).map((field) => [field.name, values[field.name]]));
}

export const lengthOf = (text: string): number => [...text].length;

const isEmpty = (value: Value): boolean => value === null || value === undefined || (typeof value === "string" && value.trim() === "") || (Array.isArray(value) && value.length === 0);

/** What can be said without asking the server; the server says the rest. Keys are paths: `holidays.0.date`. */
export function problems(fields: readonly Field[], values: Values, above = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    if (!isShown(field, values) || field.readOnly) continue;
    const path = above + field.name;
    const value = values[field.name];
    const problem = problemOf(field, value);
    if (problem) found[path] = problem;
    else if (field.control === "group" && isValues(value)) Object.assign(found, problems(field.fields, value, `${path}.`));
    else if (field.control === "rows" && Array.isArray(value)) value.forEach((row: Value, index) => isValues(row) && Object.assign(found, problems(field.fields, row, `${path}.${index}.`)));
  }
  return found;
}

function problemOf(field: Field, value: Value): string | null {
  if (isEmpty(value)) return field.required && !field.needed && field.control !== "switch" ? t("This field is required.") : null;
  if (field.control === "number" && typeof value !== "number") return t("This must be a number.");
  if (typeof value === "string") {
    const length = lengthOf(value);
    if (field.maxLength !== null && length > field.maxLength) return nt("At most {n} character.", "At most {n} characters.", field.maxLength);
    if (field.minLength !== null && length < field.minLength) return nt("At least {n} character.", "At least {n} characters.", field.minLength);
  }
  if (typeof value === "number") {
    if (field.whole && !Number.isInteger(value)) return t("This must be a whole number.");
    if (field.minimum !== null && value < field.minimum) return t("This must be at least {least}.", { least: field.minimum });
    if (field.maximum !== null && value > field.maximum) return t("This must be at most {most}.", { most: field.maximum });
  }
  if (Array.isArray(value)) {
    if (field.minItems !== null && value.length < field.minItems) return nt("Choose at least {n}.", "Choose at least {n}.", field.minItems);
    if (field.maxItems !== null && value.length > field.maxItems) return nt("Choose at most {n}.", "Choose at most {n}.", field.maxItems);
  }
  return null;
}

/** The server's words under paths that the form shows; what fits no field is told beside the buttons. */
export function placed(fields: readonly Field[], values: Values, told: Problems): { fields: Record<string, string>; rest: string[] } {
  const shown = fields.filter((field) => isShown(field, values));
  const found: Record<string, string> = {};
  const rest: string[] = [];
  for (const [path, words] of Object.entries(told)) {
    const place = placeOf(shown, path.split("."));
    if (place === null) rest.push(words);
    else found[place] ??= words;
  }
  return { fields: found, rest };
}

function placeOf(fields: readonly Field[], [name, ...rest]: string[]): string | null {
  const field = fields.find((each) => each.name === name);
  if (!field || name === undefined) return null;
  if (field.control === "group") {
    const inner = placeOf(field.fields, rest);
    return inner === null ? name : `${name}.${inner}`;
  }
  const [index, ...deeper] = rest;
  if (field.control === "rows" && index !== undefined) {
    const inner = placeOf(field.fields, deeper);
    return inner === null ? name : `${name}.${index}.${inner}`;
  }
  return name;
}

/** Words without a control's own value: `when` fields that are hidden keep what they had. */
export function without(told: Problems, path: string): Problems {
  const left = Object.entries(told).filter(([each]) => each !== path && !each.startsWith(`${path}.`));
  return left.length < Object.keys(told).length ? Object.fromEntries(left) : told;
}
