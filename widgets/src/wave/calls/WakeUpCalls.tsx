import { ActionIcon, Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { refusalWords } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { newId } from "../../shared/ids";
import styles from "./WakeUpCalls.module.css";

interface WakeUp {
  id: string;
  mode: "once" | "daily";
  date: string;
  time: string;
  over: boolean;
  outcome: "" | "answered" | "no_answer";
}

const PATH = "/v1/me/wake-up-calls";

/** When one's own phones ring to wake one. */
export function WakeUpCalls() {
  const { api } = useSession();
  const load = useCallback(async () => (await api.get<{ items: WakeUp[] }>(PATH)).items, [api]);
  const { value, failed, reload } = useLoaded(load);
  const [problem, setProblem] = useState<string | null>(null);

  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    setProblem(null);
    try {
      await work();
      await reload();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(refusalWords(error));
      return false;
    }
  }

  return (
    <section aria-labelledby="wake-up-calls">
      <h2 id="wake-up-calls" className={styles.title}>
        {t("Wake-up calls")}
      </h2>
      {value === null ? (
        failed ? (
          <Failed text={t("The wake-up calls could not be loaded.")} retry={() => void reload()} />
        ) : (
          <Loading />
        )
      ) : (
        <>
          {value.length === 0 && <p className={styles.soft}>{t("Your phones do not wake you yet.")}</p>}
          <ul className={styles.list}>
            {value.map((call) => (
              <li key={call.id} className={styles.call}>
                <span className={styles.when} id={`wake-up-${call.id}`}>
                  {whenOf(call)} <span className={styles.soft}>{outcomeOf(call)}</span>
                </span>
                <ActionIcon variant="subtle" color="red" size="md" aria-label={t("Delete")} aria-describedby={`wake-up-${call.id}`} title={t("Delete")} onClick={() => void attempt(() => api.delete(`${PATH}/${encodeURIComponent(call.id)}`))}>
                  <Icon name="trash" size={17} />
                </ActionIcon>
              </li>
            ))}
          </ul>
          <NewWakeUp add={(call) => attempt(() => api.post(PATH, { client_id: newId(), ...call }))} />
        </>
      )}
      <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
    </section>
  );
}

function NewWakeUp({ add }: { add: (call: Pick<WakeUp, "mode" | "date" | "time">) => Promise<boolean> }) {
  const [mode, setMode] = useState<WakeUp["mode"]>("once");
  const [date, setDate] = useState("");
  const [time, setTime] = useState("07:00");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    await add({ mode, date: mode === "once" ? date : "", time });
    setBusy(false);
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <NativeSelect
        label={t("Repeat")}
        value={mode}
        onChange={(event) => setMode(event.currentTarget.value === "daily" ? "daily" : "once")}
        data={[
          { value: "once", label: t("Once") },
          { value: "daily", label: t("Every day") },
        ]}
      />
      {mode === "once" && <TextInput type="date" label={t("Date")} value={date} onChange={(event) => setDate(event.currentTarget.value)} required />}
      <TextInput type="time" label={t("Time")} value={time} onChange={(event) => setTime(event.currentTarget.value)} required />
      <Button type="submit" loading={busy} leftSection={<Icon name="plus" size={16} />}>
        {t("Add")}
      </Button>
    </form>
  );
}

const whenOf = ({ mode, date, time }: WakeUp): string => (mode === "daily" ? t("Every day at {time}", { time }) : t("{date} at {time}", { date, time }));

function outcomeOf({ outcome }: WakeUp): string {
  if (outcome === "answered") return t("Answered");
  return outcome === "no_answer" ? t("No answer") : "";
}
