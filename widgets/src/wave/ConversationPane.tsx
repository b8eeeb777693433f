import { ActionIcon } from "@mantine/core";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";

import type { Conversation } from "../shared/conversation";
import { t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import { Person } from "../kit/Person";
import { Loading } from "../kit/Blank";
import { Confirm } from "../kit/Confirm";
import { go } from "../kit/route";
import { Composer } from "./Composer";
import styles from "./ConversationPane.module.css";
import { useDesk } from "./context";
import { colleagues, partner, writers } from "./desk";
import { type Draft, joined, keepOwnDraft, readOwnDraft } from "./drafts";
import { DropPlace } from "./FileBubble";
import { useGrant } from "./grants";
import { lines, type MessageLine } from "./lines";
import { Log } from "./Log";
import { mentionsIn } from "./mentions";
import type { MessageActions } from "./MessageMenu";
import { ReadBy } from "./ReadBy";
import { useQuickReplies } from "./visitor/at-hand";
import { QuickReplies } from "./lazily";
import { filledIn, type QuickReply } from "../kit/quick-replies/quick-replies";

interface Props {
  conversation: Conversation;
  /** The list one comes back to on a narrow screen. */
  list: string;
  subtitle: ReactNode;
  actions?: ReactNode;
  notes?: boolean;
  closed: string | null;
  /** What could not be had, and how to try again; said below the header. */
  failure?: ReactNode;
  /** The message that was searched for. */
  target?: number | null;
}

/** What is being answered, or edited; the draft waits meanwhile. */
type About = { kind: "reply" | "edit"; line: MessageLine; draft: string };

export function ConversationPane({ conversation, list, subtitle, actions, notes = false, closed, failure, target = null }: Props) {
  const desk = useDesk();
  const { client, me } = desk;
  const { id } = conversation;
  const [draft, setDraft] = useState(() => readOwnDraft(me.who, id));
  const { text, note: noting } = draft;
  const latest = useRef(draft);
  latest.current = draft;
  const takesFiles = useGrant("file_transfer") && !noting;
  const [about, setAbout] = useState<About | null>(null);
  const [removing, setRemoving] = useState<MessageLine | null>(null);
  const [info, setInfo] = useState<number | null>(null);
  const { atHand, reload } = useQuickReplies(notes && closed === null ? id : null);
  const [managing, setManaging] = useState(false);
  const [used, setUsed] = useState(0);
  const chat = conversation.kind === "direct" || conversation.kind === "group";
  const people = useMemo(() => (chat ? colleagues(conversation, me) : []), [chat, conversation.participants, me]);
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

  const setText = (written: string): void => setDraft({ ...draft, text: written });

  function keep(next: Draft): void {
    setDraft(next);
    keepOwnDraft(me.who, id, next);
  }

  const write = (written: string): void => keep({ ...draft, text: written });

  function send(): void {
    const note = notes && noting;
    const mentions = note ? [] : mentionsIn(text, people);
    if (about?.kind === "edit") {
      const { line, draft } = about;
      if (line.seq !== null && text !== line.text) void desk.editMessage(id, line.seq, text, mentions);
      setAbout(null);
      write(draft);
      return;
    }
    const extra = { ...(about?.line.seq ? { reply_to: about.line.seq } : {}), ...(mentions.length > 0 ? { mentions } : {}) };
    void client.send(id, text, { ...(note ? { note } : {}), ...(Object.keys(extra).length > 0 ? { extra } : {}) });
    keep({ text: "", note: false });
    setAbout(null);
  }

  function sendFiles(files: File[]): void {
    for (const file of files) void client.sendFile(id, file);
  }

  function take(kind: About["kind"], line: MessageLine): void {
    const draft = about?.kind === "edit" ? about.draft : text;
    setAbout({ kind, line, draft });
    if (kind === "edit") setText(line.text); // not as the draft: that one comes back
    else setText(draft);
  }

  function letGo(): void {
    if (about?.kind === "edit") write(about.draft);
    setAbout(null);
  }

  const onMessages: MessageActions = chat && closed === null ? { reply: (line) => take("reply", line), edit: (line) => take("edit", line), remove: setRemoving, mayChange } : {};
  if (conversation.kind === "group") onMessages.info = (line) => setInfo(line.seq);

  function editLast(): void {
    const last = lines(conversation, me, null).findLast((line): line is MessageLine => line.kind === "message" && !line.file && mayChange(line));
    if (last) take("edit", last);
  }

  async function edit(line: MessageLine): Promise<void> {
    const back = await client.discard(id, line.clientId ?? "");
    keep(joined({ text: back, note: line.kind === "note" }, latest.current));
  }

  const { name, number } = partner(conversation, me);
  // Its name as it is now: it may have been corrected since the replies were read.
  const variables = { ...atHand?.variables, VISITOR_NAME: name };

  function use(reply: QuickReply): void {
    const gap = text === "" || /\s$/.test(text) ? "" : " ";
    write(text + gap + filledIn(reply.body, variables));
    setUsed(used + 1);
    manage(false);
  }

  function manage(on: boolean): void {
    setManaging(on);
    if (!on) reload();
  }

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
      {failure && (
        <div className={styles.failure} role="alert">
          {failure}
        </div>
      )}
      {conversation.loaded || conversation.events.length > 0 || conversation.pending.length > 0 ? (
        <Log
          conversation={conversation}
          me={me}
          readBefore={readBefore}
          onSight={(inSight) => client.attend(id, inSight)}
          onAgain={(clientId) => void client.again(id, clientId)}
          onEdit={(line) => void edit(line)}
          onCancel={(clientId) => void client.discard(id, clientId)}
          api={client.api}
          phoneStates={desk.phoneStates(id)}
          actions={onMessages}
          people={people}
          target={target}
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
      {closed === null && takesFiles && <DropPlace onFiles={sendFiles} />}
      <Composer
        text={text}
        onText={about?.kind === "edit" ? setText : write}
        onSend={send}
        onTyping={() => client.typing(id)}
        {...(takesFiles ? { onFiles: sendFiles } : {})}
        closed={closed}
        focusKey={`${id} ${about?.kind ?? ""} ${about?.line.key ?? ""} ${used}`}
        about={about && { title: about.kind === "edit" ? t("Edit message") : t("Answer to {name}", { name: about.line.mine ? t("You") : about.line.name }), text: about.line.text, leave: letGo }}
        enterSends={desk.settings.enter_sends}
        people={conversation.kind === "group" ? people : []}
        {...(chat ? { onEditLast: editLast } : {})}
        {...(notes ? { replies: { items: atHand?.items ?? [], variables, manage: () => manage(true) } } : {})}
        {...(notes ? { note: { on: noting, toggle: () => keep({ ...draft, note: !noting }) } } : {})}
      />
      <Confirm
        opened={removing !== null}
        title={t("Delete this message?")}
        text={t("It disappears for everybody in this chat.")}
        action={t("Delete")}
        danger
        onConfirm={async () => {
          if (removing?.seq) await desk.deleteMessage(id, removing.seq);
          setRemoving(null);
        }}
        onClose={() => setRemoving(null)}
      />
      {managing && <QuickReplies onClose={() => manage(false)} onUse={use} />}
      {info !== null && <ReadBy conversation={conversation} seq={info} onClose={() => setInfo(null)} />}
    </section>
  );
}

/** The server has the last word: it knows how long messages may be changed. */
function mayChange(line: MessageLine): boolean {
  return line.mine && line.seq !== null && !line.deleted && line.kind === "message";
}
