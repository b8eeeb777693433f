import { useEffect } from "react";

import type { Conversation } from "../shared/conversation";
import { t } from "../shared/i18n";
import { Dialog } from "../kit/Dialog";
import { Person } from "../kit/Person";
import { useDesk } from "./context";
import { find, type Reader, readers } from "./lines";
import styles from "./GroupDialog.module.css";

/** Who has read one of one's own messages, who has received it, and who has not yet. */
export function ReadBy({ conversation, seq, onClose }: { conversation: Conversation; seq: number; onClose: () => void }) {
  const desk = useDesk();
  useEffect(() => void desk.refresh(conversation.id), [desk, conversation.id]);
  const event = find(conversation, seq);
  return (
    <Dialog onClose={onClose} title={t("Read by")} size="sm">
      <ul className={styles.members} aria-label={t("Read by")}>
        {event &&
          readers(conversation, event).map((reader) => (
            <li key={reader.who}>
              <Person name={reader.name} seed={reader.who.slice("user:".length)} size={34} />
              <span className={styles.words}>
                <bdi>{reader.name}</bdi>
                <small>{words(reader)}</small>
              </span>
            </li>
          ))}
      </ul>
    </Dialog>
  );
}

function words({ progress }: Reader): string {
  return progress === "read" ? t("Read") : progress === "delivered" ? t("Delivered") : t("Not yet delivered");
}
