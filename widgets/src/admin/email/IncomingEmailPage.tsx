import { Button } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { SectionForm } from "../SectionPage";
import { State } from "../../kit/State";
import { saidWords } from "../../kit/refusal";
import styles from "./Email.module.css";

interface MailboxStatus {
  set: boolean;
  read: boolean;
  words: string;
}

const PATIENCE_MS = 60_000;

/** The mailbox that visitors' answers come to, and a test of it. */
export default function IncomingEmailPage({ page, readOnly }: PageProps) {
  return (
    <>
      <Heading title={page.name()} lead={t("The mailbox that visitors' answers are fetched from. Each goes into the conversation that it answers.")} />
      <div className={styles.column}>
        <SectionForm name="incoming_email" readOnly={readOnly} />
        {!readOnly && <TestMailbox />}
      </div>
    </>
  );
}

/** Opens the mailbox with the settings as they are saved, and shows what the server said. */
function TestMailbox() {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<MailboxStatus | null>(null);
  const [problem, setProblem] = useState("");
  async function open(): Promise<void> {
    setBusy(true);
    setFound(null);
    setProblem("");
    try {
      setFound(await api.post<MailboxStatus>("/v1/email/incoming/test", undefined, PATIENCE_MS));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(saidWords(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <section className={styles.panel} aria-labelledby="test-mailbox">
      <h2 id="test-mailbox" className={styles.title}>
        {t("Test Mailbox")}
      </h2>
      <p className={styles.lead}>{t("It is opened at once, with the settings as they are saved.")}</p>
      <Button variant="default" size="md" loading={busy} onClick={() => void open()} leftSection={<Icon name="mail" size={17} />}>
        {t("Open the Mailbox")}
      </Button>
      <div role="status" className={styles.result}>
        {problem && <p>{problem}</p>}
        {found && (
          <p>
            <State tone={found.read ? "good" : "bad"}>{found.read ? t("It can be read") : found.set ? t("It cannot be read") : t("No mailbox is set")}</State> <bdi>{found.words}</bdi>
          </p>
        )}
      </div>
    </section>
  );
}
