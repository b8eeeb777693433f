import { Button, Modal, PasswordInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Icon } from "../Icon";
import { useSession } from "../session-context";
import { passkeyWords } from "../sign-in/words";
import { askPasskey, passkeysPossible } from "../webauthn";
import { refusalWords } from "../refusal";
import type { Question } from "./factors";
import styles from "./Security.module.css";
import { Problem } from "../sign-in/Problem";

/** The person did not want to show who they are: nothing was done. */
export class NotProven extends Error {}

interface Waiting {
  proven: () => void;
  refused: () => void;
}

/** Does what changes one's security; where the password is asked again first, asks for it and goes on. */
export function useProof(): { proven: <T>(work: () => Promise<T>) => Promise<T>; dialog: ReactNode } {
  const [waiting, setWaiting] = useState<Waiting | null>(null);

  async function proven<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "proof_needed")) throw error;
    }
    await new Promise<void>((resolve, reject) => setWaiting({ proven: resolve, refused: () => reject(new NotProven()) }));
    return await work();
  }

  function end(how: "proven" | "refused"): void {
    setWaiting(null);
    waiting?.[how]();
  }

  return {
    proven,
    dialog: (
      <Modal opened={waiting !== null} onClose={() => end("refused")} title={t("Confirm that it is you")} closeButtonProps={{ "aria-label": t("Close") }}>
        {waiting && <Proof done={() => end("proven")} cancel={() => end("refused")} />}
      </Modal>
    ),
  };
}

function Proof({ done, cancel }: { done: () => void; cancel: () => void }) {
  const { api, state } = useSession();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();

  async function attempt(work: () => Promise<void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await work();
      done();
    } catch (error) {
      setProblem(error instanceof ApiError ? refusalWords(error) : passkeyWords(error));
      setBusy(false);
      field.current?.select();
    }
  }

  async function byPasskey(): Promise<void> {
    const { ticket, options } = await api.post<Question>("/v1/me/confirm/passkey");
    await api.post("/v1/me/confirm", { ticket, passkey: await askPasskey(options) });
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void attempt(() => api.post("/v1/me/confirm", { password }));
  }

  return (
    <form onSubmit={submit} noValidate className={styles.form}>
      <p className={styles.words}>{t("Your password was asked some while ago. Changes of your security want it again.")}</p>
      <input type="text" name="username" autoComplete="username" value={state.phase === "in" ? state.me.user : ""} readOnly hidden />
      <PasswordInput
        ref={field}
        data-autofocus
        label={t("Present password")}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        maxLength={200}
        visibilityToggleButtonProps={{ "aria-label": t("Show what is typed") }}
        aria-describedby={problem ? problemId : undefined}
        aria-invalid={problem ? true : undefined}
      />
      <Problem id={problemId} text={problem} />
      <div className={styles.buttons}>
        {passkeysPossible() && (
          <Button variant="subtle" disabled={busy} leftSection={<Icon name="key" size={16} />} onClick={() => void attempt(byPasskey)}>
            {t("Use a passkey")}
          </Button>
        )}
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
