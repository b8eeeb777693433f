import { ActionIcon, Modal } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { Blank, Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { countdown, shortTime } from "../../kit/time";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { ConfirmDelete, type Doomed } from "../ConfirmDelete";
import { DataTable } from "../../kit/table/DataTable";
import { Heading } from "../Heading";
import type { PageProps } from "../pages";
import { useTurn } from "../useTurn";
import styles from "./Voicemail.module.css";

interface Mailbox {
  number: string;
  name: string;
  new: number;
  old: number;
  urgent: number;
}

interface Message {
  id: string;
  folder: string;
  caller: string;
  name: string;
  received_at: string;
  seconds: number;
  urgent: boolean;
}

const PATH = "/v1/voicemail";

/** All mailboxes: what waits in them, heard and removed. */
export default function VoicemailPage({ page, readOnly }: PageProps) {
  const [opened, setOpened] = useState<Mailbox | null>(null);
  const [turn, again] = useTurn();
  return (
    <>
      <Heading title={page.name()} lead={t("The mailboxes of extensions and of voicemail groups.")} />
      <DataTable<Mailbox>
        name={page.name()}
        path={PATH}
        turn={turn}
        idOf={(row) => row.number}
        placeholder={t("Number or name")}
        exportable={false}
        columns={[
          { key: "number", title: t("Extension"), sort: true, draw: (row) => <bdi>{row.number}</bdi> },
          { key: "name", title: t("Name"), sort: true, draw: (row) => <bdi>{row.name}</bdi> },
          { key: "new", title: t("New"), sort: true, number: true, draw: (row) => String(row.new) },
          { key: "old", title: t("Old"), sort: true, number: true, draw: (row) => String(row.old) },
          { key: "urgent", title: t("Urgent"), number: true, draw: (row) => String(row.urgent) },
        ]}
        actions={() => [{ label: t("Messages"), icon: "play", run: setOpened }]}
        empty={{ icon: "phone", title: t("No mailboxes"), text: t("Extensions with voicemail have a mailbox each.") }}
      />
      <Modal opened={opened !== null} onClose={() => setOpened(null)} title={opened ? `${opened.number} ${opened.name}` : ""} size="lg" closeButtonProps={{ "aria-label": t("Close") }}>
        {opened && <Messages number={opened.number} readOnly={readOnly} onChange={again} />}
      </Modal>
    </>
  );
}

function Messages({ number, readOnly, onChange }: { number: string; readOnly: boolean; onChange: () => void }) {
  const { api } = useSession();
  const [messages, setMessages] = useState<Message[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const path = `${PATH}/${encodeURIComponent(number)}/messages`;
  const load = useCallback(async () => {
    try {
      setMessages((await api.get<{ items: Message[] }>(path)).items);
      setFailed(false);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailed(true);
    }
  }, [api, path]);
  useEffect(() => void load(), [load]);

  if (failed) return <Failed text={t("The voice messages could not be loaded.")} retry={() => void load()} />;
  if (messages === null) return <Loading />;
  if (messages.length === 0) return <Blank icon="phone" title={t("No messages here")} />;
  return (
    <>
      <ul className={styles.list} aria-label={t("Voice messages")}>
        {messages.map((each) => {
          const from = each.name || each.caller || t("Unknown caller");
          return (
            <li key={each.id} className={styles.message}>
              <div className={styles.words}>
                <b>
                  <bdi>{from}</bdi>
                </b>
                <span>
                  {each.caller && each.name ? `${each.caller} · ` : ""}
                  <time dateTime={each.received_at}>{shortTime(each.received_at)}</time> · {countdown(each.seconds * 1000)}
                  {each.urgent ? ` · ${t("Urgent")}` : ""}
                </span>
              </div>
              <audio className={styles.sound} controls preload="none" src={`${path}/${encodeURIComponent(each.id)}/sound`} aria-label={t("Message from {name}", { name: from })} />
              {!readOnly && (
                <ActionIcon variant="default" size="lg" aria-label={t("Delete the message from {name}", { name: from })} onClick={() => setDoomed({ name: from, path: `${path}/${encodeURIComponent(each.id)}` })}>
                  <Icon name="trash" size={18} />
                </ActionIcon>
              )}
            </li>
          );
        })}
      </ul>
      <ConfirmDelete
        doomed={doomed}
        text={t("The voice message cannot be brought back.")}
        onDeleted={() => {
          void load();
          onChange();
        }}
        onClose={() => setDoomed(null)}
      />
    </>
  );
}
