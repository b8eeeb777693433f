import { PasswordInput } from "@mantine/core";
import { useContext } from "react";

import { t } from "../../shared/i18n";
import { type ControlProps, FormContext, wrapped } from "./context";

/** What is kept is never shown: an empty box leaves it as it is. */
export function Secret({ field, value, error, onChange }: ControlProps) {
  const kept = useContext(FormContext).secrets.includes(field.name);
  return (
    <PasswordInput
      {...wrapped({ field, error })}
      placeholder={kept ? t("Set; leave empty to keep it") : field.placeholder || undefined}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ "aria-label": t("Show what is typed") }}
    />
  );
}
