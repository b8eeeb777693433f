import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { refusalWords } from "../refusal";
import { t } from "../../shared/i18n";
import type { Session } from "../session";
import styles from "./Card.module.css";
import { Problem } from "./Problem";

interface Props {
  session: Session;
  user: string;
  back: () => void;
}

/** Asks for a link by mail. The answer is the same whoever that is. */
export function ForgotPassword({ session, user: known, back }: Props) {
  const [user, setUser] = useState(known);
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const done = useRef<HTMLParagraphElement>(null);
  const problemId = useId();

  useEffect(() => field.current?.focus(), []);
  useEffect(() => done.current?.focus(), [sent]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    if (!user.trim()) {
      setProblem(t("Please enter your user name or email address."));
      field.current?.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await session.api.post("/v1/password/forgot", { user: user.trim() });
      setSent(true);
    } catch (error) {
      setProblem(refusalWords(error));
    } finally {
      setBusy(false);
    }
  }

  if (sent) {
    return (
      <div className={styles.form}>
        <p ref={done} tabIndex={-1} role="status">
          {t("If there is an account of that name with an email address, a link is on its way. It lasts an hour. Look among unwanted mail too.")}
        </p>
        <Button variant="default" fullWidth onClick={back}>
          {t("Back")}
        </Button>
      </div>
    );
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className={styles.form}>
      <TextInput
        ref={field}
        label={t("User name or email")}
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={254}
        dir="auto"
        aria-describedby={problem ? problemId : undefined}
        aria-invalid={problem ? true : undefined}
      />
      <Problem id={problemId} text={problem} />
      <Button type="submit" loading={busy} fullWidth size="md">
        {t("Send the link")}
      </Button>
      <div className={styles.more}>
        <Button variant="transparent" size="compact-sm" onClick={back}>
          {t("Back")}
        </Button>
      </div>
    </form>
  );
}
