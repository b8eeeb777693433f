import { ActionIcon, Menu, SegmentedControl } from "@mantine/core";
import { useState } from "react";

import { ApiError } from "../shared/api";
import { nt, t } from "../shared/i18n";
import { brief, clock, dayKey, fullTime } from "../shared/time";
import { Blank, Failed, Loading } from "../kit/Blank";
import { Confirm } from "../kit/Confirm";
import { Icon } from "../kit/Icon";
import { countdown } from "../kit/time";
import { toast } from "../kit/toasts";
import page from "./page.module.css";
import styles from "./Voicemail.module.css";
import { usePhone } from "./calls/context";
import { nameOf } from "./calls/words";
import { useDesk } from "./context";
import { PageHead } from "./PageHead";
import { FOLDERS, type Folder, soundOf, useVoicemail, type VoiceMessage } from "./useVoicemail";

/** One's own mailbox: heard, sorted into folders, deleted, called back. */
export function Voicemail() {
  const voicemail = useVoicemail();
  const [folder, setFolder] = useState<Folder>("new");
  const [doomed, setDoomed] = useState<VoiceMessage | null>(null);
  const { state, waiting } = voicemail;
  const [heard, setHeard] = useState<string | null>(null); // stays in view when it moves to the old ones
  const messages = voicemail.messages.filter((each) => each.folder === folder || each.id === heard);

  async function attempt(what: Promise<void>): Promise<void> {
    try {
      await what;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 404) toast({ tone: "danger", title: t("This could not be done"), text: error.message });
    }
  }

  function hear(message: VoiceMessage): void {
    setHeard(message.id);
    if (message.folder === "new") void attempt(voicemail.move(message, "old"));
  }

  return (
    <main className={page.page}>
      <div className={styles.column}>
        <PageHead title={t("Voicemail")} />
        <p className={styles.waiting} role="status">
          {state === "ready" && nt("{n} new message", "{n} new messages", waiting)}
        </p>
        <SegmentedControl
          className={styles.folders}
          aria-label={t("Folder")}
          value={folder}
          onChange={(value) => {
            setFolder(value as Folder);
            setHeard(null);
          }}
          data={FOLDERS.map((value) => ({ value, label: folderWords(value) }))}
        />
        {state === "failed" && <Failed text={t("Your voice messages could not be loaded.")} retry={voicemail.load} />}
        {state === "loading" && <Loading />}
        {state === "none" && <Blank icon="voicemail" title={t("You have no mailbox")} />}
        {state === "ready" && messages.length === 0 && <Blank icon="voicemail" title={t("No messages here")} />}
        {messages.length > 0 && (
          <ul className={styles.list} aria-label={t("Voice messages")}>
            {messages.map((message) => (
              <Message key={message.id} message={message} hear={() => hear(message)} move={(to) => void attempt(voicemail.move(message, to))} remove={() => setDoomed(message)} />
            ))}
          </ul>
        )}
      </div>
      <Confirm
        opened={doomed !== null}
        title={t("Delete this voice message?")}
        text={t("It cannot be brought back.")}
        action={t("Delete")}
        danger
        onConfirm={async () => {
          if (doomed) await attempt(voicemail.remove(doomed));
          setDoomed(null);
        }}
        onClose={() => setDoomed(null)}
      />
    </main>
  );
}

interface MessageProps {
  message: VoiceMessage;
  hear: () => void;
  move: (folder: Folder) => void;
  remove: () => void;
}

function Message({ message, hear, move, remove }: MessageProps) {
  const desk = useDesk();
  const { phone } = usePhone();
  const name = message.caller ? nameOf({ number: message.caller, name: message.name }, desk.contacts) : t("Unknown caller");
  const at = message.received_at;
  return (
    <li className={styles.message} data-new={message.folder === "new" || undefined}>
      <div className={styles.words}>
        <b>
          <bdi>{name}</bdi>
        </b>
        <span>
          <time dateTime={at} title={fullTime(at)}>
            {dayKey(at) === dayKey(Date.now()) ? clock(at) : brief(at)}
          </time>
          {" · "}
          {countdown(message.seconds * 1000)}
          {message.urgent && <> · {t("Urgent")}</>}
        </span>
      </div>
      <audio className={styles.sound} controls preload="none" src={soundOf(message)} onPlay={hear} aria-label={t("Message from {name}", { name })} />
      <div className={styles.actions}>
        {message.caller && (
          <ActionIcon variant="default" size="lg" aria-label={t("Call {name}", { name })} onClick={() => void phone.do({ act: "call", number: message.caller, name: message.name, consultsFor: null })}>
            <Icon name="phone" size={18} />
          </ActionIcon>
        )}
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon variant="default" size="lg" aria-label={t("More about the message from {name}", { name })}>
              <Icon name="more" size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={`${soundOf(message)}?download=1`} leftSection={<Icon name="download" size={16} />}>
              {t("Download")}
            </Menu.Item>
            <Menu.Label>{t("Move to")}</Menu.Label>
            {FOLDERS.filter((each) => each !== message.folder).map((each) => (
              <Menu.Item key={each} onClick={() => move(each)}>
                {folderWords(each)}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<Icon name="trash" size={16} />} onClick={remove}>
              {t("Delete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </li>
  );
}

function folderWords(folder: Folder): string {
  switch (folder) {
    case "new":
      return t("New");
    case "old":
      return t("Old");
    case "work":
      return t("Work");
    case "family":
      return t("Family");
    case "friends":
      return t("Friends");
  }
}
