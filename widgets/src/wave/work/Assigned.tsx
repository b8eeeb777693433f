import { Button } from "@mantine/core";

import { t } from "../../shared/i18n";
import { Person } from "../../kit/Person";
import { href } from "../../kit/route";
import { useDesk } from "../context";
import split from "../Split.module.css";
import { Left } from "./Left";
import styles from "./Work.module.css";

/** The chats one was given and has not opened, and how long they stay. */
export function Assigned() {
  const { assigned } = useDesk();
  if (assigned.length === 0) return null;
  return (
    <>
      <h2 className={split.section} id="assigned">
        {t("Assigned to you")}
        <span className={split.count}>{assigned.length}</span>
      </h2>
      <ul className={styles.cards} aria-labelledby="assigned">
        {assigned.map(({ conversation, visitor, livechat, since_ms, until_ms }) => (
          <li key={conversation} className={styles.card} data-urgent>
            <div className={styles.who}>
              <Person name={visitor} seed={visitor} size={34} />
              <div className={styles.words}>
                <b>
                  <bdi>{visitor}</bdi>
                </b>
                <span className={styles.soft}>
                  <bdi>{livechat}</bdi>
                </span>
              </div>
            </div>
            <Left since_ms={since_ms} until_ms={until_ms} />
            <div className={styles.buttons}>
              <Button component="a" href={href("live-chat", conversation)} size="compact-md" aria-label={t("Open the chat with {name}", { name: visitor })}>
                {t("Open")}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
