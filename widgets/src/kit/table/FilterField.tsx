import { Select, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { t } from "../../shared/i18n";
import styles from "./DataTable.module.css";
import { dayOf, LAST_DAY, momentOf } from "./days";

const TYPING_MS = 250;
/** The server reads no longer ones. */
export const LONGEST = 200;

/** A choice of the server's, a text it compares exactly, a whole number, or a day from or until which; `more`: rarely wanted. */
export type Filter = { name: string; label: string; more?: boolean } & ({ kind?: "choice"; options: readonly { value: string; label: string }[] } | { kind: "text"; placeholder?: string } | { kind: "number" } | { kind: "from" | "until" });

/** One way to narrow a list. */
export function FilterField({ filter, value, onChange }: { filter: Filter; value: string | null; onChange: (value: string | null) => void }) {
  const shared = { size: "sm", className: styles.filter, label: filter.label } as const;
  switch (filter.kind) {
    case "text":
      return <Typed {...shared} placeholder={filter.placeholder} value={value ?? ""} onChange={onChange} />;
    case "number":
      return <Typed {...shared} whole placeholder={undefined} value={value ?? ""} onChange={onChange} />;
    case "from":
    case "until":
      return <TextInput {...shared} type="date" max={LAST_DAY} value={dayOf(value, filter.kind)} onChange={(event) => onChange(momentOf(event.currentTarget.value, filter.kind))} />;
    default:
      return (
        <Select {...shared} placeholder={t("Any")} clearable clearButtonProps={{ "aria-label": t("Clear {field}", { field: filter.label }) }} value={value} onChange={onChange} data={[...filter.options]} searchable={filter.options.length > 8} />
      );
  }
}

interface TypedProps {
  size: "sm";
  className: string | undefined;
  label: string;
  placeholder: string | undefined;
  value: string;
  onChange: (value: string | null) => void;
  whole?: boolean;
}

/** A text, or a whole number, that is asked for once it stands still. */
function Typed({ value, onChange, whole = false, ...shared }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  const wrong = whole && !/^\d{0,7}$/.test(typed.trim());
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value || wrong) return undefined;
    const timer = setTimeout(() => latest.current(typed.trim() || null), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, wrong]);
  return <TextInput {...shared} maxLength={LONGEST} inputMode={whole ? "numeric" : "text"} error={wrong && t("This must be a whole number.")} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />;
}
