/** The administrator's own questions in the form before a chat. */
import { t } from "../shared/i18n";
import { nameOf } from "./answered";
import type { CustomField } from "./config";
import { Field, FieldError } from "./parts";

interface Props {
  /** Of its control. A label has blanks, which part the ids that an element is described by. */
  id: string;
  field: CustomField;
  value: string;
  error: string | undefined;
  onInput: (value: string) => void;
}

export function OwnQuestion({ id, field: { label, kind, choices, required }, value, error, onInput }: Props) {
  const name = nameOf(label);
  const problem = { "aria-invalid": error ? true : undefined, "aria-describedby": error ? `${id}-error` : undefined };
  if (kind === "text") return <Field id={id} name={name} label={label} value={value} error={error} onInput={onInput} required={required} limit={200} />;
  if (kind === "checkbox") {
    return (
      <div class="consent">
        <input id={id} name={name} type="checkbox" checked={value !== ""} required={required} {...problem} onChange={(event) => onInput(event.currentTarget.checked ? "yes" : "")} />
        <label for={id}>{label}</label>
        <FieldError id={`${id}-error`}>{error}</FieldError>
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} value={value} required={required} {...problem} onChange={(event) => onInput(event.currentTarget.value)}>
        <option value="">{t("Please choose")}</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
      <FieldError id={`${id}-error`}>{error}</FieldError>
    </div>
  );
}
