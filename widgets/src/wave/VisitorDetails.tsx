import { CloseButton } from "@mantine/core";
import { useEffect, useState } from "react";

import { t } from "../shared/i18n";
import { Failed, Loading } from "../kit/Blank";
import { useSession } from "../kit/session-context";
import { useDesk } from "./context";
import { type Card, cardPath } from "./visitor/card";
import { OutcomeFacts } from "./visitor/OutcomeFacts";
import { Timeline } from "./visitor/Timeline";
import { VisitorCard } from "./visitor/VisitorCard";
import styles from "./VisitorDetails.module.css";

/** What is known of a visitor, what came of the chat, and what was before. */
export function VisitorDetails({ conversation, onClose }: { conversation: string; onClose: () => void }) {
  const followed = useDesk().client.get(conversation);
  const { api } = useSession();
  const [card, setCard] = useState<Card | "loading" | "failed">("loading");
  const [attempt, setAttempt] = useState(0);
  const state = followed?.state;
  useEffect(() => {
    let current = true;
    api.get<Card>(cardPath(conversation)).then(
      (answer) => current && setCard(answer),
      () => current && setCard((before) => (typeof before === "string" ? "failed" : before)),
    );
    return () => {
      current = false;
    };
  }, [api, conversation, attempt, state]);
  const again = (): void => setAttempt((before) => before + 1);
  return (
    <aside className={styles.details} aria-label={t("Visitor's details")}>
      <header className={styles.head}>
        <h2>{t("Visitor")}</h2>
        <CloseButton aria-label={t("Close the details")} onClick={onClose} />
      </header>
      {card === "loading" ? (
        <Loading />
      ) : card === "failed" ? (
        <Failed text={t("The visitor's details could not be loaded.")} retry={again} />
      ) : (
        <>
          <VisitorCard conversation={conversation} card={card} follows={followed !== undefined} onChange={setCard} reload={again} />
          <OutcomeFacts conversation={conversation} state={state} />
          <Timeline conversation={conversation} />
        </>
      )}
    </aside>
  );
}
