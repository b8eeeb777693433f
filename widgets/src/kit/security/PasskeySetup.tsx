import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { useSession } from "../session-context";
import { passkeyWords } from "../sign-in/words";
import { createPasskey } from "../webauthn";
import { refusalWords } from "../refusal";
import { type Codes, OWN, type Question } from "./factors";
import styles from "./Security.module.css";
import { Problem } from "../sign-in/Problem";

interface Props {
  /** How many there are: the next one's suggested name counts on. */
  known: number;
  proven: <T>(work: () => Promise<T>) => Promise<T>;
  /** The passkey is stored; recovery codes, where these are the first. */
  done: (codes: readonly string[]) => void;
  cancel: () => void;
}

export function PasskeySetup({ known, proven, done, cancel }: Props) {
  const { api } = useSession();
  const [name, setName] = useState(t("Passkey {n}", { n: known + 1 }));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();

  useEffect(() => field.current?.select(), []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    if (!name.trim()) {
      setProblem(t("Give the passkey a name."));
      field.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const { ticket, options } = await proven(() => api.post<Question>(`${OWN}/passkeys`));
      const passkey = await createPasskey(options);
      const answer = await api.post<Codes>(`${OWN}/passkeys/confirm`, { ticket, name: name.trim(), passkey });
      done(answer.recovery_codes);
    } catch (error) {
      setProblem(error instanceof ApiError ? refusalWords(error) : passkeyWords(error));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className={styles.form}>
      <p className={styles.words}>{t("Your device keeps a key for this site and uses it once it has recognised you, by finger, face or PIN.")}</p>
      <TextInput
        ref={field}
        data-autofocus
        label={t("Name of the passkey")}
        description={t("So that you know it among others, such as “Work laptop”")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={60}
        dir="auto"
        aria-describedby={problem ? problemId : undefined}
      />
      <Problem id={problemId} text={problem} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={cancel}>
          {t("Cancel")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("Create passkey")}
        </Button>
      </div>
    </form>
  );
}
