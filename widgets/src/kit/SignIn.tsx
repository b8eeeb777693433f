import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import { Mark } from "./Mark";
import { Notice } from "./Notice";
import styles from "./SignIn.module.css";
import type { Session } from "./session";
import { countdown } from "./time";
import { useNow } from "./useNow";

interface Props {
  session: Session;
  title: string;
  lead: string;
  /** Why the page asks again, when somebody was signed in before. */
  notice?: string | null;
}

export function SignIn({ session, title, lead, notice }: Props) {
  const [user, setUser] = useState(session.lastUser);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [lockedUntil, setLockedUntil] = useState(0);
  const now = useNow(lockedUntil > 0 ? 500 : null);
  const left_s = Math.max(0, Math.ceil((lockedUntil - now) / 1000));
  const userField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const problemId = useId();

  useEffect(() => {
    (session.lastUser ? passwordField : userField).current?.focus();
  }, [session]);

  useEffect(() => {
    if (lockedUntil > 0 && left_s === 0) {
      setLockedUntil(0);
      setProblem(null);
      passwordField.current?.focus();
    }
  }, [lockedUntil, left_s]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy || left_s > 0) return;
    if (!user.trim() || !password) {
      setProblem(t("Please enter your user name and password."));
      (user.trim() ? passwordField : userField).current?.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await session.signIn(user.trim(), password);
    } catch (error) {
      const refused = error instanceof ApiError ? error : null;
      if (refused?.retryAfterS) setLockedUntil(Date.now() + refused.retryAfterS * 1000);
      setProblem(refused?.message || t("The server cannot be reached. Please try again."));
      setPassword("");
      passwordField.current?.focus();
    } finally {
      setBusy(false);
    }
  }

  const locked = left_s > 0;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Mark size={40} />
        <h1 className={styles.title}>{title}</h1>
        <p className={styles.lead}>{lead}</p>
        {notice && (
          <div role="status" className={styles.notice}>
            <Notice tone="warn">{notice}</Notice>
          </div>
        )}
        <form onSubmit={(event) => void submit(event)} noValidate className={styles.form}>
          <TextInput
            ref={userField}
            label={t("User name")}
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={128}
            dir="auto"
            aria-describedby={problem ? problemId : undefined}
          />
          <PasswordInput
            ref={passwordField}
            label={t("Password")}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            maxLength={1024}
            visibilityToggleButtonProps={{ "aria-label": t("Show what is typed") }}
            aria-describedby={problem ? problemId : undefined}
            aria-invalid={problem && !locked ? true : undefined}
          />
          <div id={problemId} role="alert">
            {problem && <Notice tone="danger">{locked ? t("Too many attempts. Signing in is locked for now.") : problem}</Notice>}
          </div>
          {locked && (
            <p role="timer" className={styles.timer}>
              {t("Try again in {time}.", { time: countdown(left_s * 1000) })}
            </p>
          )}
          <Button type="submit" loading={busy} disabled={locked} fullWidth size="md">
            {t("Sign in")}
          </Button>
        </form>
      </div>
    </main>
  );
}
