import { Button } from "@mantine/core";
import { useState } from "react";

import { refusalWords } from "../refusal";
import { t } from "../../shared/i18n";
import { Icon } from "../Icon";
import { Notice } from "../Notice";
import type { Me } from "../session";
import { useSession } from "../session-context";
import { Card } from "../sign-in/Card";
import { passkeysPossible } from "../webauthn";
import { AppSetup, type NewApp } from "./AppSetup";
import { OWN } from "./factors";
import { PasskeySetup } from "./PasskeySetup";
import { RecoveryCodes } from "./RecoveryCodes";
import styles from "./Security.module.css";
import { NotProven, useProof } from "./useProof";

type Step = { at: "choice" } | { at: "app"; app: NewApp } | { at: "passkey" } | { at: "codes"; codes: readonly string[] };

/** Where a second factor is asked for and somebody has none: nothing else opens before. */
export default function Enrolment({ me }: { me: Me }) {
  const session = useSession();
  const [step, setStep] = useState<Step>({ at: "choice" });
  const [problem, setProblem] = useState<string | null>(null);
  const { proven, dialog } = useProof();
  const choose = (): void => setStep({ at: "choice" });
  const enter = (): void => void session.load();
  const done = (codes: readonly string[]): void => (codes.length > 0 ? setStep({ at: "codes", codes }) : enter());

  async function beginApp(): Promise<void> {
    setProblem(null);
    try {
      setStep({ at: "app", app: await proven(() => session.api.post<NewApp>(`${OWN}/app`)) });
    } catch (error) {
      if (!(error instanceof NotProven)) setProblem(refusalWords(error));
    }
  }

  return (
    <Card wide title={step.at === "codes" ? t("Recovery codes") : t("Set up a second factor")} lead={step.at === "choice" ? t("A second factor is required here: beside your password, something that only you have. It takes a minute.") : null}>
      {step.at === "choice" && (
        <div className={styles.form}>
          <Button size="md" variant="default" leftSection={<Icon name="phone" size={17} />} onClick={() => void beginApp()}>
            {t("Use an authenticator app")}
          </Button>
          {passkeysPossible() && (
            <Button size="md" variant="default" leftSection={<Icon name="key" size={17} />} onClick={() => setStep({ at: "passkey" })}>
              {t("Use a passkey")}
            </Button>
          )}
          <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
        </div>
      )}
      {step.at === "app" && <AppSetup app={step.app} done={done} cancel={choose} />}
      {step.at === "passkey" && <PasskeySetup known={0} proven={proven} done={done} cancel={choose} />}
      {step.at === "codes" && <RecoveryCodes codes={step.codes} user={me.user} done={enter} />}
      {step.at !== "codes" && (
        <p className={styles.leave}>
          <Button variant="transparent" size="compact-sm" onClick={() => void session.signOut()}>
            {t("Sign out")}
          </Button>
        </p>
      )}
      {dialog}
    </Card>
  );
}
