import { Button, Switch, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Dialog } from "../../kit/Dialog";
import { saidWords } from "../../kit/refusal";
import styles from "./FieldsDialog.module.css";

interface DialogField {
  name: string;
  label: string;
  kind: "text" | "email" | "tel" | "textarea" | "switch";
  most?: number;
}

type Given = Readonly<Record<string, string | boolean>>;

interface Props {
  title: string;
  fields: readonly DialogField[];
  given: Given;
  action: string;
  /** Throws what the server says no to. */
  save: (values: Given) => Promise<void>;
  onClose: () => void;
}

/** A few fields in a dialog; what the server refuses stands at its field. */
export function FieldsDialog({ title, fields, given, action, save, onClose }: Props) {
  const [values, setValues] = useState(given);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const set = (name: string, value: string | boolean): void => setValues((before) => ({ ...before, [name]: value }));

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await save(values);
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const first = fields[0]?.name ?? "";
      setProblems(Object.keys(error.fields).length > 0 ? error.fields : { [first]: saidWords(error) });
      setBusy(false);
    }
  }

  return (
    <Dialog onClose={onClose} title={title}>
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        {fields.map(({ name, label, kind, most }) => {
          const text = String(values[name] ?? "");
          const shared = { label, error: problems[name], value: text, maxLength: most, dir: "auto" as const };
          if (kind === "switch") return <Switch key={name} label={label} checked={values[name] === true} onChange={(event) => set(name, event.currentTarget.checked)} />;
          if (kind === "textarea") return <Textarea key={name} {...shared} rows={2} onChange={(event) => set(name, event.currentTarget.value)} />;
          return <TextInput key={name} {...shared} type={kind} autoComplete="off" onChange={(event) => set(name, event.currentTarget.value)} />;
        })}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
