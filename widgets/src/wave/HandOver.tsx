import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useCallback, useState } from "react";

import type { Conversation } from "../shared/conversation";
import { nt, t } from "../shared/i18n";
import { Failed, Loading } from "../kit/Blank";
import { Dialog } from "../kit/Dialog";
import { Person } from "../kit/Person";
import { useLoaded } from "../kit/useLoaded";
import { useSession } from "../kit/session-context";
import { toast } from "../kit/toasts";
import styles from "./calls/Transfer.module.css";
import { useDesk } from "./context";
import { partner } from "./desk";

export type Purpose = "transfer" | "invite";

interface Colleague {
  number: string;
  name: string;
  connected: boolean;
  paused: boolean;
  follows: boolean;
}

interface Takers {
  agents: Colleague[];
  queues: { number: string; name: string; on_duty: number }[];
}

interface Choice {
  kind: "agent" | "queue";
  value: string;
}

const REASON_MOST = 500;

/** Gives a visitor's chat to somebody else, or brings a colleague into it. */
export function HandOver({ conversation, purpose, onClose }: { conversation: Conversation; purpose: Purpose; onClose: () => void }) {
  const desk = useDesk();
  const { api } = useSession();
  const path = `/v1/conversations/${conversation.id}/agents`;
  const takers = useLoaded(useCallback(() => api.get<Takers>(path), [api, path]));
  const [choice, setChoice] = useState<Choice | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const { name } = partner(conversation, desk.me);
  const transfers = purpose === "transfer";

  async function hand(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!choice) return;
    setBusy(true);
    const done = transfers
      ? await desk.hand("transfer", conversation.id, { to: choice, reason })
      : await desk.hand("invite", conversation.id, { agent: choice.value });
    setBusy(false);
    if (done && !transfers) toast({ tone: "success", title: t("{name} was asked", { name: takers.value?.agents.find(({ number }) => number === choice.value)?.name ?? choice.value }), text: t("They are in the chat once they accept.") });
    if (done) onClose();
    else void takers.reload();
  }

  return (
    <Dialog onClose={onClose} title={transfers ? t("Transfer the chat with {name}", { name }) : t("Invite into the chat with {name}", { name })}>
      <form className={styles.form} onSubmit={(event) => void hand(event)}>
        {takers.value ? (
          <People takers={takers.value} transfers={transfers} choice={choice} choose={setChoice} />
        ) : takers.failed ? (
          <Failed text={t("The colleagues could not be loaded.")} retry={() => void takers.reload()} />
        ) : (
          <Loading />
        )}
        {transfers && (
          <Textarea label={t("Reason")} description={t("Read by colleagues only, as a note.")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={REASON_MOST} rows={2} dir="auto" />
        )}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button type="submit" disabled={!choice} loading={busy}>
            {transfers ? t("Transfer") : t("Invite")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface PeopleProps {
  takers: Takers;
  transfers: boolean;
  choice: Choice | null;
  choose: (choice: Choice) => void;
}

function People({ takers, transfers, choice, choose }: PeopleProps) {
  const agents = transfers ? takers.agents : takers.agents.filter(({ follows }) => !follows);
  const queues = transfers ? takers.queues : [];
  if (agents.length + queues.length === 0) return <p>{t("Nobody else serves live chats.")}</p>;
  const is = (kind: Choice["kind"], value: string): boolean => choice?.kind === kind && choice.value === value;
  return (
    <ul className={styles.list} aria-label={transfers ? t("Colleagues and queues") : t("Colleagues")}>
      {agents.map((each) => (
        <li key={each.number}>
          <button type="button" className={styles.contact} aria-pressed={is("agent", each.number)} onClick={() => choose({ kind: "agent", value: each.number })}>
            <Person name={each.name} seed={each.number} size={30} />
            <span>
              <bdi>{each.name}</bdi>
              <small>
                {each.number} · {state(each)}
              </small>
            </span>
          </button>
        </li>
      ))}
      {queues.map((each) => (
        <li key={`queue ${each.number}`}>
          <button type="button" className={styles.contact} aria-pressed={is("queue", each.number)} onClick={() => choose({ kind: "queue", value: each.number })}>
            <Person name={each.name} seed={each.number} size={30} />
            <span>
              <bdi>{each.name}</bdi>
              <small>
                {t("Queue {number}", { number: each.number })} · {nt("{n} agent available", "{n} agents available", each.on_duty)}
              </small>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function state({ connected, paused }: Colleague): string {
  if (!connected) return t("Not connected");
  return paused ? t("On a break") : t("Available");
}
