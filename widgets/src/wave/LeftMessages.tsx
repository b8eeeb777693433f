import { ActionIcon, Button } from "@mantine/core";
import { useEffect, useRef } from "react";

import { t } from "../shared/i18n";
import { brief } from "../shared/time";
import { Failed, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { Person } from "../kit/Person";
import { go, href } from "../kit/route";
import { useDesk } from "./context";
import pane from "./ConversationPane.module.css";
import styles from "./LeftMessages.module.css";
import { LeftThread, ReplyForm } from "./lazily";
import { type LeftMessage, mailto } from "./messages";
import split from "./Split.module.css";
import type { LeftMessages } from "./useLeftMessages";

/** The list “Offline”: what visitors wrote while nobody could be asked. */
export function LeftMessageList({ left, selected }: { left: LeftMessages; selected: string | undefined }) {
  const { messages, state } = left;
  const open = messages.filter((message) => message.answered_at === null).length;
  return (
    <>
      <h2 className={split.section} id="offline">
        {t("Offline")}
        {open > 0 && <span className={split.count}>{open}</span>}
      </h2>
      {state === "loading" ? (
        <Loading />
      ) : state === "failed" ? (
        <Failed text={t("The messages could not be loaded.")} retry={left.load} />
      ) : messages.length === 0 ? (
        <p className={styles.none}>{t("Messages left while nobody could be asked are listed here.")}</p>
      ) : (
        <>
          <ul className={styles.list} aria-label={t("Offline")}>
            {messages.map((message) => (
              <Item key={message.conversation} message={message} current={message.conversation === selected} />
            ))}
          </ul>
          {left.more && (
            <Button variant="subtle" size="compact-sm" className={styles.more} onClick={left.loadMore}>
              {t("Older messages")}
            </Button>
          )}
        </>
      )}
    </>
  );
}

function Item({ message, current }: { message: LeftMessage; current: boolean }) {
  const answered = message.answered_at !== null;
  return (
    <li>
      <a className={styles.item} href={href("live-chat", message.conversation)} aria-current={current ? "page" : undefined} data-answered={answered || undefined}>
        <Person name={message.visitor.name} seed={message.visitor.name} size={34} />
        <span className={styles.words}>
          <span className={styles.top}>
            <strong>
              <bdi>{message.visitor.name}</bdi>
            </strong>
            <time dateTime={message.at}>{brief(message.at)}</time>
          </span>
          <span className={styles.preview} dir="auto">
            {message.text.slice(0, 200)}
          </span>
          {answered && (
            <span className={styles.answered}>
              <Icon name="check" size={14} />
              {t("Answered by {name}", { name: message.answered_by })}
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

export interface LeftMessageProps {
  message: LeftMessage;
  mark: LeftMessages["mark"];
  details: boolean;
  toggleDetails: () => void;
}

/** One message left, and what can be done about it. */
export function LeftMessagePane({ message, mark, details, toggleDetails }: LeftMessageProps) {
  const { client } = useDesk();
  const heading = useRef<HTMLHeadingElement>(null);
  const { conversation, visitor, livechat } = message;
  useEffect(() => {
    if (client.get(conversation)) client.follow(conversation); // not for who came to the staff later
    client.attend(conversation, true); // it is read as soon as it is seen
    if (!matchMedia("(pointer: fine)").matches) heading.current?.focus({ preventScroll: true });
    return () => client.attend(conversation, false);
  }, [client, conversation]);
  const answered = message.answered_at !== null;
  return (
    <section className={pane.pane} aria-label={t("Message from {name}", { name: visitor.name })}>
      <header className={pane.header}>
        <ActionIcon variant="subtle" color="gray" size="lg" className={pane.back} aria-label={t("Back to the list")} onClick={() => go("live-chat")}>
          <Icon name="back" />
        </ActionIcon>
        <Person name={visitor.name} seed={visitor.name} />
        <div className={pane.title}>
          <h2 ref={heading} tabIndex={-1}>
            <bdi>{visitor.name}</bdi>
          </h2>
          <div className={pane.subtitle}>{t("Message #{number} to {livechat}", { number: message.number, livechat: livechat.name })}</div>
        </div>
        <div className={pane.actions}>
          <ActionIcon variant={details ? "light" : "subtle"} color={details ? "brand" : "gray"} size={36} aria-label={t("Visitor's details")} aria-pressed={details} onClick={toggleDetails}>
            <Icon name="user" />
          </ActionIcon>
        </div>
      </header>
      <div className={styles.body}>
        <LeftThread message={message} />
        <p className={styles.state} role="status">
          {answered ? t("{name} marked this as answered.", { name: message.answered_by }) : t("Nobody has answered yet.")}
        </p>
        {visitor.email && <ReplyForm message={message} />}
        <div className={styles.actions}>
          {visitor.email && (
            <Button component="a" variant="default" href={mailto(message)} leftSection={<Icon name="mail" size={17} />}>
              {t("Reply by e-mail")}
            </Button>
          )}
          <Button variant="default" leftSection={<Icon name={answered ? "retry" : "check"} size={17} />} onClick={() => void mark(message, !answered)}>
            {answered ? t("Mark as not answered") : t("Mark as answered")}
          </Button>
        </div>
      </div>
    </section>
  );
}
