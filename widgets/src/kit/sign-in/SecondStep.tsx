import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Icon } from "../Icon";
import type { Session } from "../session";
import { passkeysPossible } from "../webauthn";
import { refusalWords } from "../refusal";
import styles from "./Card.module.css";
import { Problem } from "./Problem";
import { useLocked } from "./useLocked";
import { passkeyWords } from "./words";

type Method = "totp" | "passkey" | "recovery";

/** What the server asks for after the password. */
export interface Asked {
  ticket: string;
  methods: Method[];
  passkey?: Record<string, unknown>;
}

interface Props {
  session: Session;
  user: string;
  asked: Asked;
  back: (told?: string) => void;
}

export function SecondStep({ session, user, asked, back }: Props) {
  const has = (method: Method): boolean => asked.methods.includes(method);
  const passkey = asked.passkey && passkeysPossible() ? asked.passkey : null;
  const [typed, setTyped] = useState<"totp" | "recovery">(has("totp") ? "totp" : "recovery");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const passkeyButton = useRef<HTMLButtonElement>(null);
  const problemId = useId();
  const { left_s, lock } = useLocked(() => setProblem(null));
  const codes = has("totp") || has("recovery");

  useEffect(() => {
    (has("totp") || !passkey ? field : passkeyButton).current?.focus();
  }, [typed]);

  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError && error.code === "ticket_over") {
        back(refusalWords(error));
        return;
      }
      if (error instanceof ApiError && error.retryAfterS) lock(error.retryAfterS);
      setProblem(error instanceof ApiError ? refusalWords(error) : passkeyWords(error));
      setCode("");
      field.current?.focus();
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (busy || left_s > 0) return;
    if (!code.trim()) {
      setProblem(typed === "totp" ? t("Please enter the code that your app shows.") : t("Please enter one of your recovery codes."));
      field.current?.focus();
      return;
    }
    void attempt(() => session.second(user, asked.ticket, { code: code.trim() }));
  }

  function change(to: "totp" | "recovery"): void {
    setTyped(to);
    setCode("");
    setProblem(null);
  }

  return (
    <form onSubmit={submit} noValidate className={styles.form}>
      {passkey && (
        <Button ref={passkeyButton} variant={codes ? "default" : "filled"} fullWidth size="md" disabled={busy} leftSection={<Icon name="key" size={17} />} onClick={() => void attempt(() => session.secondByPasskey(user, asked.ticket, passkey))}>
          {t("Use your passkey")}
        </Button>
      )}
      {passkey && codes && <p className={styles.or}>{t("or")}</p>}
      {codes && (
        <>
          <TextInput
            key={typed}
            ref={field}
            className={styles.code}
            label={typed === "totp" ? t("Code") : t("Recovery code")}
            description={typed === "totp" ? t("The six digits that your authenticator app shows now") : t("One of the codes that you kept when you set up the second factor")}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            inputMode={typed === "totp" ? "numeric" : "text"}
            autoComplete={typed === "totp" ? "one-time-code" : "off"}
            autoCapitalize="none"
            spellCheck={false}
            maxLength={20}
            dir="ltr"
            aria-describedby={problem ? problemId : undefined}
            aria-invalid={problem && left_s === 0 ? true : undefined}
          />
          <Problem id={problemId} text={problem} left_s={left_s} />
          <Button type="submit" loading={busy} disabled={left_s > 0} fullWidth size="md">
            {t("Sign in")}
          </Button>
        </>
      )}
      {!codes && <Problem id={problemId} text={problem ?? (passkey ? null : t("Your passkeys do not work at this address. Open the page where you made them, or ask an administrator."))} left_s={left_s} />}
      <div className={styles.more}>
        {typed === "totp" && has("recovery") && (
          <Button variant="transparent" size="compact-sm" onClick={() => change("recovery")}>
            {t("Use a recovery code")}
          </Button>
        )}
        {typed === "recovery" && has("totp") && (
          <Button variant="transparent" size="compact-sm" onClick={() => change("totp")}>
            {t("Use the app's code")}
          </Button>
        )}
        <Button variant="transparent" size="compact-sm" onClick={() => back()}>
          {t("Back")}
        </Button>
      </div>
    </form>
  );
}
