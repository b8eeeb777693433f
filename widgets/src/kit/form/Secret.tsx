import { Button, PasswordInput } from "@mantine/core";
import { useContext } from "react";

import { Icon } from "../Icon";
import { t } from "../../shared/i18n";
import styles from "./Control.module.css";
import { type ControlProps, FormContext, wrapped } from "./context";
import type { Field } from "./schema";

/** What is kept is never shown: an empty box leaves it as it is. */
export function Secret(props: ControlProps) {
  const { field, value, error, onChange } = props;
  const kept = useKept(field);
  return (
    <>
      <PasswordInput
        {...wrapped({ field, error })}
        placeholder={kept ? keptWords(value) : field.placeholder || undefined}
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.currentTarget.value)}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("Show what is typed") }}
      />
      <Removal {...props} />
    </>
  );
}

/** Whether the server has a value of this field that it does not tell. */
export const useKept = (field: Field): boolean => useContext(FormContext).secrets.includes(field.name);

export const keptWords = (value: unknown): string => (value === null ? "" : t("Set; leave empty to keep it"));

/** Takes away what is kept, once that is saved: null says so. */
export function Removal({ field, value, onChange }: ControlProps) {
  const kept = useKept(field);
  if (!kept || !field.removable || field.readOnly) return null;
  const removed = value === null;
  const named = removed ? t("Keep {field}", { field: field.title }) : t("Remove {field}", { field: field.title });
  return (
    <div className={styles.removal}>
      <Button variant="subtle" color="gray" size="compact-sm" leftSection={<Icon name={removed ? "retry" : "trash"} size={16} />} aria-label={named} onClick={() => onChange(removed ? "" : null)}>
        {removed ? t("Keep") : t("Remove")}
      </Button>
      <p role="status" className={styles.removed}>
        {removed && t("It is removed when you save.")}
      </p>
    </div>
  );
}
