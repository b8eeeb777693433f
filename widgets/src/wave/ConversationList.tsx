import { memo } from "react";

import type { Conversation } from "../shared/conversation";
import { isOver } from "../shared/conversation";
import { readDraft } from "../shared/draft";
import type { IconName } from "../shared/icons";
import { nt, t } from "../shared/i18n";
import { brief, clock, duration } from "../shared/time";
import type { Me } from "../shared/wire";
import { Icon } from "../kit/Icon";
import { Person, type PresenceState } from "../kit/Person";
import { href } from "../kit/route";
import { useNow } from "../kit/useNow";
import styles from "./ConversationList.module.css";
import { useDesk } from "./context";
import { partner, writers } from "./desk";
import { preview } from "./lines";

/** A visitor should not wait longer for an answer. */
const LATE_MS = 120_000;

interface Props {
  conversations: Conversation[];
  base: string;
  selected: string | undefined;
  labelledBy?: string;
  label?: string;
}

export function ConversationList({ conversations, base, selected, labelledBy, label }: Props) {
  const desk = useDesk();
  return (
    <ul className={styles.list} aria-labelledby={labelledBy} aria-label={label}>
      {conversations.map((conversation) => {
        const { number } = partner(conversation, desk.me);
        const presence = conversation.kind === "direct" && number ? desk.presenceOf(number) : undefined;
        return <Item key={conversation.id} conversation={conversation} me={desk.me} presence={presence} base={base} current={conversation.id === selected} />;
      })}
    </ul>
  );
}

interface ItemProps {
  conversation: Conversation;
  me: Me;
  presence: PresenceState | undefined;
  base: string;
  current: boolean;
}

/** Of many conversations only those are drawn again that have changed. */
const Item = memo(function Item({ conversation, me, presence, base, current }: ItemProps) {
  const { name, number } = partner(conversation, me);
  const draft = current ? "" : readDraft(me.who, conversation.id);
  const { unread, newest } = conversation;
  return (
    <li>
      <a className={styles.item} href={href(base, conversation.id)} aria-current={current ? "page" : undefined} data-unread={unread > 0 || undefined} data-muted={conversation.muted || undefined} data-over={isOver(conversation) || undefined}>
        <Person name={name} seed={number || name} presence={presence} />
        <span className={styles.words}>
          <span className={styles.top}>
            <span className={styles.name}>
              <bdi>{name}</bdi>
            </span>
            {conversation.kind === "broadcast" && <Mark icon="megaphone" words={t("Broadcast")} />}
            {conversation.kind === "group" && <Mark icon="people" words={t("Group")} />}
            {conversation.muted && <Mark icon="silent" words={t("Muted")} />}
            {conversation.pinned && <Mark icon="pin" words={t("Pinned")} />}
            {newest &&
              (conversation.kind === "livechat" && !isOver(conversation) ? (
                <Idle at={newest.at} asks={newest.author.kind === "visitor"} />
              ) : (
                <time className={styles.time} dateTime={newest.at}>
                  {brief(newest.at)}
                </time>
              ))}
          </span>
          <span className={styles.bottom}>
            <span className={styles.preview}>
              <bdi>
                <Words conversation={conversation} me={me} draft={draft} />
              </bdi>
            </span>
            {unread > 0 && (
              <span className={styles.unread}>
                <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
                <span className="visually-hidden">{nt("{n} unread message", "{n} unread messages", unread)}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
});

/** How long nothing was said in a running chat; a visitor who had the last word waits for an answer. */
function Idle({ at, asks }: { at: string; asks: boolean }) {
  const idle_ms = useNow(15_000) - Date.parse(at);
  return (
    <time className={styles.time} dateTime={at} title={t("Idle since {time}", { time: clock(at) })} data-late={(asks && idle_ms > LATE_MS) || undefined}>
      <span className="visually-hidden">{asks ? t("Waits for your answer:") : t("Idle:")} </span>
      {duration(idle_ms)}
    </time>
  );
}

function Mark({ icon, words }: { icon: IconName; words: string }) {
  return (
    <span className={styles.kind} title={words}>
      <Icon name={icon} size={15} />
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

function Words({ conversation, me, draft }: { conversation: Conversation; me: Me; draft: string }) {
  if (writers(conversation, me).length > 0) return <em className={styles.writing}>{t("is writing…")}</em>;
  if (draft) {
    return (
      <>
        <b className={styles.draft}>{t("Draft:")}</b> {draft.slice(0, 120)}
      </>
    );
  }
  return preview(conversation, me);
}
