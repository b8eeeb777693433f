import { Button, Modal } from "@mantine/core";
import { useState } from "react";

import { t } from "../shared/i18n";
import styles from "./Confirm.module.css";
import { useFocusBack } from "./Dialog";

interface Props {
  opened: boolean;
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  onConfirm: () => Promise<void> | void;
  onClose: () => void;
}

/** Asks before what cannot be taken back. The safe answer has the focus. */
export function Confirm({ opened, title, onClose, ...question }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm" closeButtonProps={{ "aria-label": t("Close") }}>
      <Question onClose={onClose} {...question} />
    </Modal>
  );
}

function Question({ text, action, danger = false, onConfirm, onClose }: Omit<Props, "opened" | "title">) {
  useFocusBack();
  const [busy, setBusy] = useState(false);
  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <p className={styles.text}>{text}</p>
      <div className={styles.actions}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("Cancel")}
        </Button>
        <Button color={danger ? "red" : "brand"} loading={busy} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </>
  );
}
