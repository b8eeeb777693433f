import { MultiSelect, SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";

import { t } from "../../shared/i18n";
import { type ControlProps, inputWrapperOrder, strings } from "../../kit/form/context";
import { isValues, type Source, type Value } from "../../kit/form/schema";
import { useOptions } from "../../kit/form/useOptions";
import styles from "./DestinationField.module.css";
import type { Destination } from "./livechats";

const QUEUES: Source = { path: "/v1/choices/queues", value: "number", label: "name" };
const EXTENSIONS: Source = { path: "/v1/choices/extensions", value: "number", label: "name" };

/** Who answers: one queue, or a list of extensions. */
export function DestinationField({ field, value, error, onChange }: ControlProps) {
  const { kind, values } = destinationOf(value);
  // What was chosen of the other kind comes back when one looks there and changes one's mind.
  const [others, setOthers] = useState<readonly string[]>([]);
  const source = kind === "queue" ? QUEUES : EXTENSIONS;
  const { options, failed, none } = useOptions({ ...field, source }, values);
  const shared = {
    label: field.title,
    description: failed ? t("The list could not be loaded.") : field.description || undefined,
    error,
    inputWrapperOrder,
    required: true,
    data: [...options],
    searchable: true,
    limit: 200,
    nothingFoundMessage: none,
  };
  function change(next: string): void {
    if (next === kind) return;
    setOthers(values);
    onChange({ kind: next, values: others });
  }
  return (
    <div className={styles.destination}>
      <SegmentedControl
        aria-label={t("Answered by")}
        size="sm"
        value={kind}
        onChange={change}
        data={[
          { value: "queue", label: t("A queue") },
          { value: "extensions", label: t("Some extensions") },
        ]}
      />
      {kind === "queue" ? (
        <Select {...shared} placeholder={t("Choose a queue")} value={values[0] ?? null} onChange={(next) => onChange({ kind, values: next === null ? [] : [next] })} allowDeselect={false} />
      ) : (
        <MultiSelect {...shared} placeholder={values.length === 0 ? t("Search by name or number") : ""} value={[...values]} onChange={(next) => onChange({ kind, values: next })} maxValues={50} hidePickedOptions />
      )}
    </div>
  );
}

function destinationOf(value: Value): Destination {
  if (!isValues(value)) return { kind: "queue", values: [] };
  return { kind: value["kind"] === "extensions" ? "extensions" : "queue", values: strings(value["values"]) };
}
