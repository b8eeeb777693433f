import { TextInput } from "@mantine/core";

import { t } from "../../shared/i18n";
import { type ControlProps, wrapped } from "./context";
import styles from "./Control.module.css";

export function Colour({ field, value, error, onChange }: ControlProps) {
  const text = typeof value === "string" ? value : "";
  const valid = /^#[0-9a-f]{6}$/i.test(text);
  return (
    <TextInput
      className={styles.number}
      {...wrapped({ field, error })}
      value={text}
      placeholder={field.placeholder || "#1b5fd9"}
      onChange={(event) => onChange(event.currentTarget.value === "" && field.nullable ? null : event.currentTarget.value)}
      leftSection={<input type="color" className={styles.colour} aria-label={t("Pick a colour")} value={valid ? text : "#1b5fd9"} onChange={(event) => onChange(event.currentTarget.value)} />}
      spellCheck={false}
      dir="ltr"
    />
  );
}
