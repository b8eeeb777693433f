import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { refusalWords } from "../refusal";
import { announce } from "../../shared/announce";
import { t } from "../../shared/i18n";
import { copy } from "../clipboard";
import { Icon } from "../Icon";
import { useSession } from "../session-context";
import { type Codes, OWN } from "./factors";
import styles from "./Security.module.css";
import { Problem } from "../sign-in/Problem";

/** What an authenticator app is set up with. */
export interface NewApp {
  ticket: string;
  secret: string;
  uri: string;
  picture: string;
}

interface Props {
  app: NewApp;
  /** The app is set up; recovery codes, where these are the first. */
  done: (codes: readonly string[]) => void;
  cancel: () => void;
}

export function AppSetup({ app, done, cancel }: Props) {
  const { api } = useSession();
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const keyId = useId();

  useEffect(() => field.current?.focus(), []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const answer = await api.post<Codes>(`${OWN}/app/confirm`, { ticket: app.ticket, code: code.trim() || "-" });
      done(answer.recovery_codes);
    } catch (error) {
      setProblem(refusalWords(error));
      setBusy(false);
      field.current?.select();
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className={styles.form}>
      <p className={styles.words}>{t("Scan this picture with an authenticator app on your phone, then type the code it shows.")}</p>
      <img className={styles.picture} src={app.picture} alt={t("QR code for an authenticator app; the key beneath says the same")} width={200} height={200} />
      <div>
        <p id={keyId} className={styles.label}>
          {t("Or type this key into the app")}
        </p>
        <p className={styles.key}>
          <code aria-labelledby={keyId} dir="ltr">
            {app.secret.match(/.{1,4}/g)?.join(" ")}
          </code>
          <Button variant="subtle" size="compact-sm" leftSection={<Icon name="copy" size={15} />} onClick={() => void copy(app.secret).then((copied) => copied && announce(t("Copied")))}>
            {t("Copy key")}
          </Button>
        </p>
      </div>
      <TextInput
        ref={field}
        data-autofocus
        className={styles.code}
        label={t("Code")}
        description={t("The six digits that the app shows")}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        dir="ltr"
        aria-describedby={problem ? problemId : undefined}
        aria-invalid={problem ? true : undefined}
      />
      <Problem id={problemId} text={problem} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={cancel}>
          {t("Cancel")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("Confirm")}
        </Button>
      </div>
    </form>
  );
}
