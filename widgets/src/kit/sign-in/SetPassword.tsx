import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useCallback, useEffect, useId, useRef, useState } from "react";

import { refusalWords } from "../refusal";
import { ApiError } from "../../shared/api";
import { nt, t } from "../../shared/i18n";
import { Failed, Loading } from "../Blank";
import { Notice } from "../Notice";
import { replace } from "../route";
import type { Session } from "../session";
import { Card } from "./Card";
import styles from "./Card.module.css";
import { Problem } from "./Problem";

interface Invited {
  user_name: string;
  name: string;
  kind: "password_reset" | "welcome";
  shortest: number;
}

type Found = { at: "loading" } | { at: "over"; why: string } | { at: "unreachable" } | { at: "open"; invited: Invited } | { at: "done"; invited: Invited };

/** Behind the link of a mail: sets the password of who got it. */
export default function SetPassword({ session, token }: { session: Session; token: string }) {
  const [found, setFound] = useState<Found>({ at: "loading" });

  const load = useCallback(async () => {
    setFound({ at: "loading" });
    try {
      setFound({ at: "open", invited: await session.api.post<Invited>("/v1/password/link", { token }) });
    } catch (error) {
      const refused = error instanceof ApiError && error.status > 0 && error.status < 500;
      setFound(refused ? { at: "over", why: refusalWords(error) } : { at: "unreachable" });
    }
  }, [session, token]);

  useEffect(() => void load(), [load]);

  switch (found.at) {
    case "loading":
      return (
        <Card title={t("Set your password")}>
          <Loading />
        </Card>
      );
    case "unreachable":
      return (
        <Card title={t("Set your password")}>
          <Failed text={t("The server cannot be reached.")} retry={() => void load()} />
        </Card>
      );
    case "over":
      return (
        <Card title={t("Set your password")}>
          <div className={styles.form}>
            <div role="alert">
              <Notice tone="danger">{found.why}</Notice>
            </div>
            <p>{t("Links last a while only, and once. “Forgot your password?” on the next page sends you another.")}</p>
            <Button fullWidth size="md" onClick={() => replace()}>
              {t("Go on")}
            </Button>
          </div>
        </Card>
      );
    case "done":
      return (
        <Card title={t("Your password is set")}>
          <div className={styles.form}>
            <p role="status">{t("Sign in as {user} with your new password.", { user: found.invited.user_name })}</p>
            <Button fullWidth size="md" autoFocus onClick={() => replace()}>
              {t("Go on")}
            </Button>
          </div>
        </Card>
      );
    case "open":
      return <Open session={session} token={token} invited={found.invited} set={() => setFound({ at: "done", invited: found.invited })} />;
  }
}

function Open({ session, token, invited, set }: { session: Session; token: string; invited: Invited; set: () => void }) {
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();
  const welcome = invited.kind === "welcome";

  useEffect(() => field.current?.focus(), []);

  function refuse(why: string): void {
    setProblem(why);
    field.current?.focus();
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    if (password.length < invited.shortest) {
      refuse(nt("Use at least {n} character.", "Use at least {n} characters.", invited.shortest));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await session.api.post("/v1/password/reset", { token, password });
      session.remember(invited.user_name);
      set();
    } catch (error) {
      refuse(refusalWords(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card
      title={welcome ? t("Welcome, {name}", { name: invited.name }) : t("Set your password")}
      lead={welcome ? t("Your user name is {user}. Choose the password you sign in with.", { user: invited.user_name }) : t("For {name}, user name {user}. You are signed out everywhere else.", { name: invited.name, user: invited.user_name })}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className={styles.form}>
        <input type="text" name="username" autoComplete="username" value={invited.user_name} readOnly hidden />
        <PasswordInput
          ref={field}
          label={t("New password")}
          description={nt("At least {n} character", "At least {n} characters", invited.shortest)}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="new-password"
          maxLength={200}
          visibilityToggleButtonProps={{ "aria-label": t("Show what is typed") }}
          aria-describedby={problem ? problemId : undefined}
          aria-invalid={problem ? true : undefined}
        />
        <Problem id={problemId} text={problem} />
        <Button type="submit" loading={busy} fullWidth size="md">
          {t("Set password")}
        </Button>
      </form>
    </Card>
  );
}
