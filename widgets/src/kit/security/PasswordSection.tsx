import { Button, Modal, PasswordInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";

import { refusalWords } from "../refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { useSession } from "../session-context";
import { toast } from "../toasts";
import { Section } from "./Section";
import styles from "./Security.module.css";
import { Problem } from "../sign-in/Problem";

export function PasswordSection({ changed }: { changed: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Section title={t("Password")} text={t("Changing it signs you out everywhere else.")} action={<Button variant="default" onClick={() => setOpen(true)}>{t("Change password")}</Button>}>
      <Modal opened={open} onClose={() => setOpen(false)} title={t("Change password")} closeButtonProps={{ "aria-label": t("Close") }}>
        {open && (
          <Change
            cancel={() => setOpen(false)}
            done={() => {
              setOpen(false);
              changed();
              toast({ tone: "success", title: t("Your password is changed") });
            }}
          />
        )}
      </Modal>
    </Section>
  );
}

function Change({ cancel, done }: { cancel: () => void; done: () => void }) {
  const { api, state } = useSession();
  const [old, setOld] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();
  const shown = { "aria-label": t("Show what is typed") };

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const missing: Record<string, string> = {};
    if (!old) missing["old"] = t("This field is required.");
    if (!password) missing["password"] = t("This field is required.");
    setFields(missing);
    setProblem(null);
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      await api.post("/v1/password", { old, password });
      done();
    } catch (error) {
      const refused = error instanceof ApiError ? error : null;
      if (refused && Object.keys(refused.fields).length > 0) setFields(refused.fields);
      else setProblem(refusalWords(error));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className={styles.form}>
      <input type="text" name="username" autoComplete="username" value={state.phase === "in" ? state.me.user : ""} readOnly hidden />
      <PasswordInput data-autofocus label={t("Present password")} value={old} onChange={(event) => setOld(event.currentTarget.value)} autoComplete="current-password" maxLength={200} error={fields["old"]} aria-invalid={fields["old"] ? true : undefined} visibilityToggleButtonProps={shown} />
      <PasswordInput label={t("New password")} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" maxLength={200} error={fields["password"]} aria-invalid={fields["password"] ? true : undefined} visibilityToggleButtonProps={shown} />
      <Problem id={problemId} text={problem} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={cancel}>
          {t("Cancel")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("Change password")}
        </Button>
      </div>
    </form>
  );
}
