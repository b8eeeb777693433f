import { CloseButton } from "@mantine/core";

import { t } from "../shared/i18n";
import { Failed, Loading } from "../kit/Blank";
import { useDesk } from "./context";
import { OutcomeFacts } from "./visitor/OutcomeFacts";
import { Timeline } from "./visitor/Timeline";
import type { CardAtHand } from "./visitor/useCard";
import { VisitorCard } from "./visitor/VisitorCard";
import styles from "./VisitorDetails.module.css";

/** What is known of a visitor, what came of the chat, and what was before. */
export function VisitorDetails({ conversation, known, onClose }: { conversation: string; known: CardAtHand; onClose: () => void }) {
  const followed = useDesk().client.get(conversation);
  const { card, change, reload } = known;
  return (
    <aside className={styles.details} aria-label={t("Visitor's details")}>
      <header className={styles.head}>
        <h2>{t("Visitor")}</h2>
        <CloseButton aria-label={t("Close the details")} onClick={onClose} />
      </header>
      {card === "loading" ? (
        <Loading />
      ) : card === "failed" ? (
        <Failed text={t("The visitor's details could not be loaded.")} retry={reload} />
      ) : (
        <>
          <VisitorCard conversation={conversation} card={card} follows={followed !== undefined} onChange={change} reload={reload} />
          <OutcomeFacts conversation={conversation} state={followed?.state} />
          <Timeline conversation={conversation} />
        </>
      )}
    </aside>
  );
}
