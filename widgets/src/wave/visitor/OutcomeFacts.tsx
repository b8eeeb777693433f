import { Button } from "@mantine/core";
import { useCallback, useState } from "react";

import { t } from "../../shared/i18n";
import { fullTime } from "../../shared/time";
import { Dialog } from "../../kit/Dialog";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import styles from "./OutcomeFacts.module.css";
import { type OutcomeChoices, OutcomeForm, outcomePath } from "./OutcomeForm";

/** What was said of a chat, and a way to say it differently. */
export function OutcomeFacts({ conversation, state }: { conversation: string; state: string | undefined }) {
  const { api } = useSession();
  const [changing, setChanging] = useState(false);
  // Read again when the chat's state changes: ending it says what came of it.
  const choices = useLoaded(useCallback(() => api.get<OutcomeChoices>(outcomePath(conversation)), [api, conversation, state]));
  if (!choices.value) return null;
  const { outcome, dispositions, tags } = choices.value;
  const open = dispositions.length + tags.length > 0;
  if (!open && !outcome.at) return null;
  return (
    <section className={styles.outcome} aria-label={t("What came of it")}>
      <h3>{t("What came of it")}</h3>
      <p>{outcome.disposition ? <b dir="auto">{outcome.disposition}</b> : <span className={styles.none}>{t("Not said yet")}</span>}</p>
      {outcome.tags.length > 0 && (
        <ul className={styles.tags} aria-label={t("Tags")}>
          {outcome.tags.map((tag) => (
            <li key={tag} dir="auto">
              {tag}
            </li>
          ))}
        </ul>
      )}
      {outcome.by && outcome.at && <p className={styles.by}>{t("{name}, {time}", { name: outcome.by.name, time: fullTime(outcome.at) })}</p>}
      <Button size="compact-sm" variant="default" onClick={() => setChanging(true)}>
        {t("Change")}
      </Button>
      {changing && (
        <Dialog onClose={() => setChanging(false)} title={t("What came of this chat?")}>
          <OutcomeForm
            conversation={conversation}
            choices={choices.value}
            action={t("Save")}
            onSaid={async () => {
              setChanging(false);
              await choices.reload();
            }}
            onClose={() => setChanging(false)}
          />
        </Dialog>
      )}
    </section>
  );
}
