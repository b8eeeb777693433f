import { Select, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { t } from "../../shared/i18n";
import styles from "../DataTable.module.css";
import { dayOf, momentOf } from "./days";

const TYPING_MS = 250;

/** A choice of the server's, a text it compares exactly, or a day from or until which. */
export type Filter =
  | { kind?: "choice"; name: string; label: string; options: readonly { value: string; label: string }[] }
  | { kind: "text"; name: string; label: string; placeholder?: string }
  | { kind: "from" | "until"; name: string; label: string };

/** One way to narrow a list. */
export function FilterField({ filter, value, onChange }: { filter: Filter; value: string | null; onChange: (value: string | null) => void }) {
  const shared = { size: "sm", className: styles.filter, label: filter.label } as const;
  switch (filter.kind) {
    case "text":
      return <Typed {...shared} placeholder={filter.placeholder} value={value ?? ""} onChange={onChange} />;
    case "from":
    case "until":
      return <TextInput {...shared} type="date" value={dayOf(value, filter.kind)} onChange={(event) => onChange(momentOf(event.currentTarget.value, filter.kind))} />;
    default:
      return (
        <Select {...shared} placeholder={t("Any")} clearable clearButtonProps={{ "aria-label": t("Clear {field}", { field: filter.label }) }} value={value} onChange={onChange} data={[...filter.options]} searchable={filter.options.length > 8} />
      );
  }
}

/** A text that is asked for once it stands still. */
function Typed({ value, onChange, ...shared }: { size: "sm"; className: string | undefined; label: string; placeholder: string | undefined; value: string; onChange: (value: string | null) => void }) {
  const [typed, setTyped] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => latest.current(typed.trim() || null), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return <TextInput {...shared} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />;
}
