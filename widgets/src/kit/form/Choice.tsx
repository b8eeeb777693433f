import { MultiSelect, Select } from "@mantine/core";

import { t } from "../../shared/i18n";
import { type ControlProps, strings, wrapped } from "./context";
import { languageOptions } from "./languages";
import { useOptions } from "./useOptions";

/** A choice that is stored as an empty text; the list cannot hold one. */
const EMPTY = "\0";

/** One of a list. */
export function Choice({ field, value, error, onChange }: ControlProps) {
  const { options, failed, none } = useOptions(field, value);
  const chosen = value === null || value === undefined ? null : String(value);
  const data = (field.control === "language" && options.length === 0 ? languageOptions() : options).map((option) => (option.value === "" ? { ...option, value: EMPTY } : option));
  const empty = data.some((option) => option.value === EMPTY) ? EMPTY : null;
  const optional = field.nullable || (field.control === "language" && !field.required);
  const known = chosen === null || chosen === "" || data.some((option) => option.value === chosen) ? data : [...data, { value: chosen, label: chosen }];
  return (
    <Select
      {...wrapped({ field, error })}
      description={failed ? t("The list could not be loaded.") : field.description || undefined}
      placeholder={field.placeholder || (field.control === "language" ? t("As their browser has it") : undefined)}
      value={chosen === "" ? empty : chosen}
      onChange={(next) => onChange(next === null ? (field.nullable ? null : "") : next === EMPTY ? "" : field.numeric ? Number(next) : next)}
      data={known}
      searchable={known.length > 8}
      limit={200}
      clearable={optional}
      clearButtonProps={{ "aria-label": t("Clear {field}", { field: field.title }) }}
      allowDeselect={optional}
      nothingFoundMessage={none}
    />
  );
}

/** Several of a list. */
export function Choices({ field, value, error, onChange }: ControlProps) {
  const { options, failed, none } = useOptions(field, value);
  return (
    <MultiSelect
      {...wrapped({ field, error })}
      description={failed ? t("The list could not be loaded.") : field.description || undefined}
      placeholder={strings(value).length === 0 ? field.placeholder || t("Search by name or number") : ""}
      value={strings(value)}
      onChange={(next) => onChange(field.numeric ? next.map(Number) : next)}
      data={[...options]}
      searchable
      limit={100}
      hidePickedOptions
      nothingFoundMessage={none}
    />
  );
}
