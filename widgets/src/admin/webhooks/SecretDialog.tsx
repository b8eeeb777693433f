import { Button, Modal } from "@mantine/core";
import { useEffect, useState } from "react";

import { useSession } from "../../kit/session-context";
import { notDone } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { CopyButton } from "../CopyButton";
import { pathOf, type Webhook } from "./webhooks";
import styles from "./Webhooks.module.css";

/** What messages are signed with: made anew, and shown once. */
export function SecretDialog({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) {
  const { api } = useSession();
  const [secret, setSecret] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setSecret(null), [webhook?.id]);

  async function renew(): Promise<void> {
    if (!webhook) return;
    setBusy(true);
    try {
      setSecret((await api.post<{ secret: string }>(`${pathOf(webhook.id)}/secret`)).secret);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal opened={webhook !== null} onClose={onClose} title={t("Secret of “{name}”", { name: webhook?.name ?? "" })} closeButtonProps={{ "aria-label": t("Close") }}>
      <div className={styles.details}>
        <p>{t("Your program checks with it that messages come from here. For a day they are signed with the former secret too.")}</p>
        {secret ? (
          <div role="status">
            <h3>{t("Copy the secret now: it is not shown again.")}</h3>
            <pre dir="ltr" tabIndex={0}>
              {secret}
            </pre>
            <CopyButton text={secret} />
          </div>
        ) : (
          <div>
            <Button loading={busy} onClick={() => void renew()}>
              {t("Make a new secret")}
            </Button>
          </div>
        )}
      </div>
    </Modal>
  );
}
