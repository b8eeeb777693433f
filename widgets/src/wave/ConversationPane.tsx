import { ActionIcon } from "@mantine/core";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";

import type { Conversation } from "../shared/conversation";
import { keepDraft, readDraft } from "../shared/draft";
import { t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import { Person } from "../kit/Person";
import { Loading } from "../kit/Blank";
import { go } from "../kit/route";
import { Composer } from "./Composer";
import styles from "./ConversationPane.module.css";
import { useDesk } from "./context";
import { partner, writers } from "./desk";
import type { MessageLine } from "./lines";
import { Log } from "./Log";

interface Props {
  conversation: Conversation;
  /** The list one comes back to on a narrow screen. */
  list: string;
  subtitle: ReactNode;
  actions?: ReactNode;
  notes?: boolean;
  closed: string | null;
}

export function ConversationPane({ conversation, list, subtitle, actions, notes = false, closed }: Props) {
  const desk = useDesk();
  const { client, me } = desk;
  const { id } = conversation;
  const [text, setText] = useState(() => readDraft(me.who, id));
  const [noting, setNoting] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // As it was when the pane was opened; where nothing was read before, a line "New" would say nothing.
  const [readBefore] = useState(() => (conversation.unread > 0 ? conversation.watermarks[me.who]?.read || null : null));

  useEffect(() => {
    client.follow(id);
    desk.look(id);
    if (conversation.kind === "direct") void desk.loadPhoneStates(id);
    if (!matchMedia("(pointer: fine)").matches) heading.current?.focus({ preventScroll: true });
    return () => {
      client.attend(id, false);
      desk.look(null);
    };
    // One pane lives for one conversation: it is keyed by its id.
  }, []);

  const write = useCallback(
    (written: string) => {
      setText(written);
      keepDraft(me.who, id, written);
    },
    [me.who, id],
  );

  function send(): void {
    const note = notes && noting;
    void client.send(id, text, note ? { note } : {});
    write("");
    setNoting(false);
  }

  async function edit(line: MessageLine): Promise<void> {
    const back = await client.discard(id, line.clientId ?? "");
    write(text ? `${back}\n${text}` : back);
    setNoting(line.kind === "note");
  }

  const { name, number } = partner(conversation, me);
  const typing = writers(conversation, me);
  return (
    <section className={styles.pane} aria-label={t("Conversation with {name}", { name })}>
      <header className={styles.header}>
        <ActionIcon variant="subtle" color="gray" size="lg" className={styles.back} aria-label={t("Back to the list")} onClick={() => go(list)}>
          <Icon name="back" />
        </ActionIcon>
        <Person name={name} seed={number || name} presence={number ? desk.presenceOf(number) : undefined} />
        <div className={styles.title}>
          <h2 ref={heading} tabIndex={-1}>
            <bdi>{name}</bdi>
          </h2>
          <div className={styles.subtitle}>{subtitle}</div>
        </div>
        <div className={styles.actions}>{actions}</div>
      </header>
      {conversation.loaded || conversation.events.length > 0 || conversation.pending.length > 0 ? (
        <Log
          conversation={conversation}
          me={me}
          readBefore={readBefore}
          onSight={(inSight) => client.attend(id, inSight)}
          onAgain={(clientId) => void client.again(id, clientId)}
          onEdit={(line) => void edit(line)}
          phoneStates={desk.phoneStates(id)}
        />
      ) : (
        <Loading label={t("Loading the conversation…")} />
      )}
      <div className={styles.typing} aria-live="polite">
        {typing.length > 0 && (
          <>
            <span className={styles.dots} aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            <span dir="auto">{t("{name} is writing…", { name: typing.join(", ") })}</span>
          </>
        )}
      </div>
      <Composer
        text={text}
        onText={write}
        onSend={send}
        onTyping={() => client.typing(id)}
        closed={closed}
        focusKey={id}
        {...(notes ? { note: { on: noting, toggle: () => setNoting(!noting) } } : {})}
      />
    </section>
  );
}
