import { Button, NativeSelect, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { Dialog } from "../../kit/Dialog";
import { type BanDuration, DURATIONS, durationWords } from "../../kit/bans/bans";
import { useSession } from "../../kit/session-context";
import { toast } from "../../kit/toasts";
import { saidWords } from "../../kit/refusal";
import styles from "./FieldsDialog.module.css";

const REASON_MOST = 500;

interface Props {
  conversation: string;
  name: string;
  /** A chairman bans at once; an agent asks. */
  decides: boolean;
  onDone: () => void;
  onClose: () => void;
}

/** Keeps a visitor out, or asks those who may. */
export function BanVisitor({ conversation, name, decides, onDone, onClose }: Props) {
  const { api } = useSession();
  const [duration, setDuration] = useState<BanDuration>("24h");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post(`/v1/conversations/${conversation}/ban`, { duration, reason });
      toast({ tone: "success", key: "ban", title: decides ? t("{name} is banned", { name }) : t("The ban is asked for"), ...(decides ? {} : { text: t("A chairman or an administrator decides.") }) });
      onDone();
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.fields["reason"] ?? saidWords(error));
      setBusy(false);
    }
  }

  return (
    <Dialog onClose={onClose} title={decides ? t("Ban {name}?", { name }) : t("Ask for a ban of {name}?", { name })}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <p>{decides ? t("The chat ends, and the page is no longer there for this browser and this address.") : t("A chairman or an administrator decides; until then the chat goes on.")}</p>
        <NativeSelect label={t("For how long")} value={duration} onChange={(event) => setDuration(event.currentTarget.value as BanDuration)} data={DURATIONS.map((value) => ({ value, label: durationWords(value) }))} />
        <Textarea label={t("Reason")} description={t("Read by colleagues only.")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={REASON_MOST} rows={2} error={problem || undefined} dir="auto" />
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" color="red" loading={busy}>
            {decides ? t("Ban") : t("Ask for a ban")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
