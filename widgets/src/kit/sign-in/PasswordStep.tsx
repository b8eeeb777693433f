import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Icon } from "../Icon";
import type { Session } from "../session";
import { passkeysPossible } from "../webauthn";
import { refusalWords } from "../refusal";
import styles from "./Card.module.css";
import { Problem } from "./Problem";
import type { Asked } from "./SecondStep";
import { useLocked } from "./useLocked";
import { passkeyWords } from "./words";

interface Props {
  session: Session;
  /** What went wrong before one came back here. */
  told: string | null;
  second: (user: string, asked: Asked) => void;
  forgot: (user: string) => void;
}

export function PasswordStep({ session, told, second, forgot }: Props) {
  const [user, setUser] = useState(session.lastUser);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(told);
  const userField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const { left_s, lock } = useLocked(() => {
    setProblem(null);
    passwordField.current?.focus();
  });

  useEffect(() => {
    (session.lastUser ? passwordField : userField).current?.focus();
  }, [session]);

  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError && error.code === "second_factor" && error.body) {
        second(user.trim(), error.body as unknown as Asked);
        return;
      }
      if (error instanceof ApiError && error.retryAfterS) lock(error.retryAfterS);
      setProblem(error instanceof ApiError ? refusalWords(error) : passkeyWords(error));
      setPassword("");
      passwordField.current?.focus();
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (busy || left_s > 0) return;
    if (!user.trim() || !password) {
      setProblem(t("Please enter your user name and password."));
      (user.trim() ? passwordField : userField).current?.focus();
      return;
    }
    void attempt(() => session.signIn(user.trim(), password));
  }

  return (
    <form onSubmit={submit} noValidate className={styles.form}>
      <TextInput
        ref={userField}
        label={t("User name")}
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        dir="auto"
        aria-describedby={problem ? problemId : undefined}
      />
      <PasswordInput
        ref={passwordField}
        label={t("Password")}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        maxLength={200}
        visibilityToggleButtonProps={{ "aria-label": t("Show what is typed") }}
        aria-describedby={problem ? problemId : undefined}
        aria-invalid={problem && left_s === 0 ? true : undefined}
      />
      <Problem id={problemId} text={problem} left_s={left_s} />
      <Button type="submit" loading={busy} disabled={left_s > 0} fullWidth size="md">
        {t("Sign in")}
      </Button>
      <div className={styles.more}>
        {passkeysPossible() && (
          <Button variant="default" fullWidth disabled={busy} leftSection={<Icon name="key" size={17} />} onClick={() => void attempt(() => session.byPasskey())}>
            {t("Use a passkey")}
          </Button>
        )}
        <Button variant="transparent" size="compact-sm" onClick={() => forgot(user.trim())}>
          {t("Forgot your password?")}
        </Button>
      </div>
    </form>
  );
}
