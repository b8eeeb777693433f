import { Button, Modal } from "@mantine/core";
import { useEffect, useState } from "react";

import { Loading } from "../kit/Blank";
import { Notice } from "../kit/Notice";
import { useSession } from "../kit/session-context";
import { toast } from "../kit/toasts";
import { saidWords } from "../kit/refusal";
import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import styles from "./ConfirmDelete.module.css";

export interface Doomed {
  /** What people call it. */
  name: string;
  /** Its address: `/v1/extensions/1000`. */
  path: string;
}

interface Props {
  doomed: Doomed | null;
  /** What is lost with it. */
  text?: string;
  /** Asks beforehand what refers to it; the server refuses what may not go in any case. */
  users?: (doomed: Doomed) => Promise<readonly string[]>;
  onDeleted: (doomed: Doomed) => void;
  onClose: () => void;
}

/** Asks before something is deleted, by its name, and tells what still refers to it. */
export function ConfirmDelete({ doomed, text, users, onDeleted, onClose }: Props) {
  const { api } = useSession();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [referring, setReferring] = useState<readonly string[]>([]);
  // The name stays readable while the dialog fades away.
  const [shown, setShown] = useState(doomed);

  useEffect(() => {
    if (!doomed) return undefined;
    let current = true;
    setShown(doomed);
    setRefusal(null);
    setReferring([]);
    if (!users) return undefined;
    setAsking(true);
    users(doomed)
      .then((found) => current && setReferring(found))
      .catch(() => undefined) // the server says it when asked to delete
      .finally(() => current && setAsking(false));
    return () => {
      current = false;
    };
  }, [doomed]);

  async function remove(): Promise<void> {
    if (!doomed) return;
    setBusy(true);
    try {
      await api.delete(doomed.path);
      toast({ tone: "success", title: t("Deleted"), text: doomed.name });
      onDeleted(doomed);
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) {
        onDeleted(doomed);
        onClose();
      } else {
        const found = usersOf(error);
        setRefusal(found.length > 0 ? t("It cannot be deleted while something needs it.") : saidWords(error));
        if (found.length > 0) setReferring(found);
      }
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal opened={doomed !== null} onClose={onClose} title={t("Delete “{name}”?", { name: shown?.name ?? "" })} size="sm" closeButtonProps={{ "aria-label": t("Close") }}>
      <p className={styles.text}>{text ?? t("This cannot be taken back.")}</p>
      {asking && <Loading label={t("Looking for what refers to it…")} />}
      <div role="alert">{refusal && <Notice tone="danger">{refusal}</Notice>}</div>
      {referring.length > 0 && (
        <>
          <p id="referring" className={styles.lead}>
            {t("It is used by:")}
          </p>
          <ul className={styles.users} aria-labelledby="referring">
            {referring.map((each) => (
              <li key={each}>
                <bdi>{each}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      <div className={styles.actions}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("Cancel")}
        </Button>
        <Button color="red" loading={busy} onClick={() => void remove()}>
          {t("Delete")}
        </Button>
      </div>
    </Modal>
  );
}

/** Who refers to it, as a refusal with code `in_use` tells. */
function usersOf(error: ApiError): string[] {
  const { users } = (error.body ?? {}) as { users?: { name: string }[] };
  return (users ?? []).map((each) => each.name);
}
