import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { State } from "../../kit/State";
import { saidWords } from "../../kit/refusal";
import type { TestResult } from "./emails";
import styles from "./Email.module.css";

const PATIENCE_MS = 120_000;

/** Sends a test email with the settings as they are saved, and shows what the mail server said. */
export function TestEmail({ onTried }: { onTried: () => void }) {
  const { api } = useSession();
  const [to, setTo] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult | null>(null);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setProblem(null);
    setResult(null);
    if (to.trim() === "") return setProblem(t("This field is required."));
    setBusy(true);
    try {
      setResult(await api.post<TestResult>("/v1/email/test", { to: to.trim() }, PATIENCE_MS));
      onTried();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.fields["to"] ?? saidWords(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className={styles.panel} aria-labelledby="test-email">
      <h2 id="test-email" className={styles.title}>
        {t("Test Email")}
      </h2>
      <p className={styles.lead}>{t("It is sent at once, with the settings as they are saved.")}</p>
      <form className={styles.test} onSubmit={(event) => void send(event)} noValidate>
        <TextInput size="md" type="email" label={t("Recipient")} placeholder="ada@example.com" value={to} error={problem} onChange={(event) => setTo(event.currentTarget.value)} dir="ltr" autoComplete="email" />
        <Button type="submit" variant="default" size="md" loading={busy} leftSection={<Icon name="send" size={17} />}>
          {t("Send Test Email")}
        </Button>
      </form>
      <div role="status" className={styles.result}>
        {busy && <p>{t("Talking to the mail server…")}</p>}
        {result && (
          <>
            <p>
              <State tone={result.sent ? "good" : "bad"}>{result.sent ? t("Taken by the mail server") : t("Not sent")}</State> {result.message}
            </p>
            <dl className={styles.steps}>
              {result.steps.map((step) => (
                <div key={step.name}>
                  <dt>{step.title}</dt>
                  <dd>
                    <bdi>{step.words || "–"}</bdi>
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </div>
    </section>
  );
}
