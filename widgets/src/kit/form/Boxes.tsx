import { Checkbox } from "@mantine/core";

import { type ControlProps, strings } from "./context";
import styles from "./Control.module.css";
import { Problem } from "./Problem";
import { useOptions } from "./useOptions";

/** One box per choice. */
export function Boxes({ field, path, value, error, onChange }: ControlProps) {
  const { options } = useOptions(field, value);
  const chosen = strings(value);
  const problem = `${path}-problem`;
  function set(option: string, on: boolean): void {
    const next = options.map((each) => each.value).filter((each) => (each === option ? on : chosen.includes(each)));
    onChange(field.numeric ? next.map(Number) : next);
  }
  return (
    <fieldset className={styles.boxes} aria-describedby={error ? problem : undefined} disabled={field.readOnly || undefined}>
      <legend>{field.title}</legend>
      {field.description && <p className={styles.hint}>{field.description}</p>}
      <div className={styles.choices}>
        {options.map((option) => (
          <Checkbox key={option.value} label={option.label} checked={chosen.includes(option.value)} onChange={(event) => set(option.value, event.currentTarget.checked)} aria-invalid={error ? true : undefined} />
        ))}
      </div>
      {error && <Problem id={problem}>{error}</Problem>}
    </fieldset>
  );
}
