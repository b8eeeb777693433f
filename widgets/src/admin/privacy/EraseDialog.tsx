import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";

import { Notice } from "../../kit/Notice";
import { useSession } from "../../kit/session-context";
import { saidWords } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import styles from "../ConfirmDelete.module.css";
import type { Asked } from "./personal";

/** Asks for what was looked for once more: nobody is erased by a slip. */
export function EraseDialog({ asked, onErased, onClose }: { asked: Asked | null; onErased: () => void; onClose: () => void }) {
  const { api } = useSession();
  const [confirm, setConfirm] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  // What is asked stays readable while the dialog fades away.
  const [shown, setShown] = useState(asked);
  useEffect(() => {
    if (asked === null) return;
    setShown(asked);
    setConfirm("");
    setProblem(null);
  }, [asked]);

  async function erase(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (asked === null) return;
    setBusy(true);
    try {
      await api.post("/v1/persons/erase", { ...asked, confirm: confirm.trim() }, 300_000);
      onClose();
      onErased();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(saidWords(error));
    }
    setBusy(false);
  }

  return (
    <Modal opened={asked !== null} onClose={onClose} title={t("Erase this person?")} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
      <form onSubmit={(event) => void erase(event)}>
        <p className={styles.text}>{t("Chats, messages, files, recordings and emails are removed for good, calls lose name and number. Backups that were made before keep them.")}</p>
        <TextInput label={t("Repeat “{value}” to confirm", { value: shown?.value ?? "" })} dir="ltr" autoComplete="off" value={confirm} onChange={(event) => setConfirm(event.currentTarget.value)} data-autofocus />
        <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" color="red" loading={busy} disabled={confirm.trim() !== shown?.value}>
            {t("Erase")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
