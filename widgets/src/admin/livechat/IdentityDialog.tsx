import { Button, Modal } from "@mantine/core";
import { useEffect, useState } from "react";

import { Confirm } from "../../kit/Confirm";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { notDone } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { CopyButton } from "../CopyButton";
import styles from "./IdentityDialog.module.css";
import { type LiveChat, pathOf } from "./livechats";

interface Secret {
  id: string;
  created_at: string;
  expires_at: string | null;
}

/** What a web site signs with when it tells who its visitors are: made, shown once, ended. */
export function IdentityDialog({ livechat, readOnly, onClose }: { livechat: LiveChat | null; readOnly: boolean; onClose: () => void }) {
  return (
    <Modal opened={livechat !== null} onClose={onClose} title={t("Signed identity")} size="lg" closeButtonProps={{ "aria-label": t("Close") }}>
      {livechat && <Secrets key={livechat.id} path={`${pathOf(livechat.id)}/identity-secrets`} readOnly={readOnly} />}
    </Modal>
  );
}

function Secrets({ path, readOnly }: { path: string; readOnly: boolean }) {
  const { api } = useSession();
  const [secrets, setSecrets] = useState<Secret[] | null>(null);
  const [fresh, setFresh] = useState<string | null>(null);
  const [doomed, setDoomed] = useState<Secret | null>(null);
  const [busy, setBusy] = useState(false);

  async function load(): Promise<void> {
    setSecrets((await api.get<{ items: Secret[] }>(path)).items);
  }
  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    try {
      await work();
      await load();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    } finally {
      setBusy(false);
    }
  }
  useEffect(() => void attempt(async () => undefined), []);

  return (
    <div className={styles.identity}>
      <p>{t("Your web site signs a token (JWT, HS256) that says who its visitor is. Agents then see a mark, and the visitor finds the same chats on every device.")}</p>
      {fresh && (
        <div className={styles.once} role="status">
          <strong>{t("Copy the secret now: it is not shown again.")}</strong>
          <code dir="ltr">{fresh}</code>
          <div>
            <CopyButton text={fresh} />
          </div>
        </div>
      )}
      {secrets?.length === 0 && <p>{t("There is no secret yet.")}</p>}
      {secrets && secrets.length > 0 && (
        <ul className={styles.secrets} aria-label={t("Secrets")}>
          {secrets.map((secret) => (
            <li key={secret.id}>
              <span>{secret.expires_at ? t("Made on {made}, taken until {end}", { made: shortTime(secret.created_at), end: shortTime(secret.expires_at) }) : t("Made on {made}, in use", { made: shortTime(secret.created_at) })}</span>
              {!readOnly && (
                <Button size="compact-sm" variant="default" disabled={busy} onClick={() => setDoomed(secret)}>
                  {t("Revoke")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {!readOnly && (
        <div>
          <Button loading={busy} onClick={() => void attempt(async () => setFresh((await api.post<{ secret: string }>(path)).secret))}>
            {t("New secret")}
          </Button>
        </div>
      )}
      <Confirm
        opened={doomed !== null}
        title={t("Take this secret no more?")}
        text={t("Visitors whose web site still signs with it are turned away at once.")}
        action={t("Revoke")}
        danger
        onConfirm={async () => {
          if (doomed) await attempt(() => api.delete<void>(`${path}/${doomed.id}`));
          setDoomed(null);
        }}
        onClose={() => setDoomed(null)}
      />
    </div>
  );
}
