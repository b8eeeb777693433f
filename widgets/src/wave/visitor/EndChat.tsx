import { useCallback } from "react";

import type { Conversation } from "../../shared/conversation";
import { t } from "../../shared/i18n";
import { Loading } from "../../kit/Blank";
import { Confirm } from "../../kit/Confirm";
import { Dialog, useFocusBack } from "../../kit/Dialog";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { useDesk } from "../context";
import { partner } from "../desk";
import styles from "./EndChat.module.css";
import { type OutcomeChoices, OutcomeForm, outcomePath } from "./OutcomeForm";

/** Ends a chat, and asks what came of it where its live chat wants to know. */
export function EndChat({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const desk = useDesk();
  const { api } = useSession();
  const { id } = conversation;
  useFocusBack(); // what it is drawn as may change while it is open
  const choices = useLoaded(useCallback(() => api.get<OutcomeChoices>(outcomePath(id)), [api, id]));
  const { name } = partner(conversation, desk.me);
  const title = t("End this chat?");
  const text = t("{name} can no longer answer. The conversation stays readable.", { name });
  async function end(): Promise<void> {
    if (await desk.end(id)) onClose();
  }
  const known = choices.value;
  // Without a list, or without an answer, there is nothing to choose; the server has the last word.
  if (choices.failed || (known && known.dispositions.length + known.tags.length === 0)) {
    return <Confirm opened title={title} text={text} action={t("End chat")} danger onConfirm={end} onClose={onClose} />;
  }
  return (
    <Dialog onClose={onClose} title={title} size="md">
      <p className={styles.text}>{text}</p>
      {known ? <OutcomeForm conversation={id} choices={known} action={t("End chat")} danger onSaid={end} onClose={onClose} /> : <Loading />}
    </Dialog>
  );
}
