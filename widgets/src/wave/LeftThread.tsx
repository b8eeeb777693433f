/** What was written to and fro about a message that a visitor has left, and the box to answer it. */
import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";

import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import { newId } from "../shared/ids";
import { fullTime } from "../shared/time";
import { useSession } from "../kit/session-context";
import { toast } from "../kit/toasts";
import { Icon } from "../kit/Icon";
import { notDone } from "../kit/refusal";
import { refusedLine } from "./alarm-lines";
import { useDesk } from "./context";
import { readDraft, keepDraft } from "../shared/draft";
import { ShownFile } from "./FileBubble";
import styles from "./LeftMessages.module.css";
import type { LeftMessage } from "./messages";

/** Word by word as the conversation has it; what the list knows, until that is there. */
export function LeftThread({ message }: { message: LeftMessage }) {
  const { client } = useDesk();
  const { api } = useSession();
  const { conversation } = message;
  const known = client.get(conversation) !== undefined;
  useEffect(() => {
    if (known) client.follow(conversation); // it may be opened before it is known, by a link
  }, [client, conversation, known]);
  const said = (client.get(conversation)?.events ?? []).filter(({ kind, code }) => kind === "message" || kind === "file" || code === "file_refused");
  if (said.length === 0) return <Words at={message.at} name={null} text={message.text} mine={false} />;
  return (
    <>
      {said.map((event) => (
        <Words key={event.seq} at={event.at} name={event.author.kind === "agent" ? event.author.name : null} text={event.code ? refusedLine(event) : (event.text ?? "")} mine={event.author.kind === "agent"}>
          {event.file && <ShownFile file={event.file} api={api} />}
        </Words>
      ))}
    </>
  );
}

function Words({ at, name, text, mine, children }: { at: string; name: string | null; text: string; mine: boolean; children?: React.ReactNode }) {
  return (
    <article className={styles.message} data-mine={mine || undefined}>
      <p className={styles.when}>
        {name && (
          <>
            <bdi>{name}</bdi>
            {" · "}
          </>
        )}
        <bdi>
          <time dateTime={at}>{fullTime(at)}</time>
        </bdi>
      </p>
      {text && (
        <p className={styles.text} dir="auto">
          {text}
        </p>
      )}
      {children}
    </article>
  );
}

/** Mails the visitor; what is not sent yet stays in this browser. */
export function ReplyForm({ message }: { message: LeftMessage }) {
  const { me } = useDesk();
  const { api } = useSession();
  const [text, setText] = useState(() => readDraft(me.who, message.conversation));
  const [busy, setBusy] = useState(false);
  const attempt = useRef(newId()); // the same until it has gone: pressed twice, it goes once
  const write = (written: string): void => {
    setText(written);
    keepDraft(me.who, message.conversation, written);
  };
  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy || text.trim() === "") return;
    setBusy(true);
    try {
      await api.post(`/v1/livechat-messages/${encodeURIComponent(message.conversation)}/replies`, { client_id: attempt.current, text });
      attempt.current = newId();
      write("");
      toast({ tone: "success", title: t("Your answer is on its way to {address}.", { address: message.visitor.email }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error, t("The answer was not sent"));
    } finally {
      setBusy(false);
    }
  }
  return (
    <form className={styles.reply} onSubmit={(event) => void send(event)}>
      <Textarea label={t("Answer to {address}", { address: message.visitor.email })} value={text} readOnly={busy} onChange={(event) => write(event.currentTarget.value)} autosize minRows={3} maxRows={12} dir="auto" />
      <Button type="submit" loading={busy} disabled={text.trim() === ""} leftSection={<Icon name="send" size={17} />}>
        {t("Send answer")}
      </Button>
    </form>
  );
}
