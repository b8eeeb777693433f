import { Button, Modal } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { notDone } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { CopyButton } from "../CopyButton";
import styles from "./SipPassword.module.css";

/** Shows what a phone must be given; the server writes down who has looked. */
export function SipPassword({ number }: { number: string }) {
  const { api } = useSession();
  const [secret, setSecret] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function show(): Promise<void> {
    setBusy(true);
    try {
      setSecret((await api.get<{ sip_secret: string }>(`/v1/extensions/${encodeURIComponent(number)}?secrets=1`)).sip_secret);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    setBusy(false);
  }

  return (
    <>
      <Button variant="default" loading={busy} leftSection={<Icon name="key" size={16} />} onClick={() => void show()}>
        {t("Show SIP Password")}
      </Button>
      <Modal opened={secret !== null} onClose={() => setSecret(null)} title={t("SIP password of {number}", { number })} size="sm" closeButtonProps={{ "aria-label": t("Close") }}>
        <p className={styles.hint}>{t("Phones register as {number} with this password. That you have seen it stands in the operation log.", { number })}</p>
        <p className={styles.secret}>
          <code>{secret}</code>
        </p>
        <CopyButton text={secret ?? ""} />
      </Modal>
    </>
  );
}
