import { Dialog } from "../../kit/Dialog";
import { Icon } from "../../kit/Icon";
import { t } from "../../shared/i18n";
import type { LiveChat } from "./livechats";
import styles from "./PreviewDialog.module.css";

/** What a visitor can meet: each opens the page as it would be then. */
const outcomes = (): { outcome: string; name: string; when: string }[] => [
  { outcome: "", name: t("As it is now"), when: t("The page itself: a chat that is begun there reaches your agents.") },
  { outcome: "chat", name: t("Chat now"), when: t("The form before a chat.") },
  { outcome: "line", name: t("In line"), when: t("An agent is there, others come first.") },
  { outcome: "nobody", name: t("In line, nobody there"), when: t("No agent is there at the moment.") },
  { outcome: "message", name: t("Leave a message"), when: t("Outside working hours, or while the live chat is disabled.") },
];

export function PreviewDialog({ livechat, onClose }: { livechat: LiveChat; onClose: () => void }) {
  return (
    <Dialog title={t("Preview of “{name}”", { name: livechat.name })} size="md" onClose={onClose}>
      <ul className={styles.outcomes}>
        {outcomes().map(({ outcome, name, when }) => (
          <li key={outcome}>
            <a href={outcome ? `${livechat.copy_url}?preview=${outcome}` : livechat.copy_url} target="_blank" rel="noopener noreferrer">
              <Icon name="eye" size={16} /> {name}
            </a>
            <span>{when}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
