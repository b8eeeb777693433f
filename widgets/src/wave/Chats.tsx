import { Button, TextInput } from "@mantine/core";
import { useState } from "react";

import { type Conversation, isOver } from "../shared/conversation";
import { nt, t } from "../shared/i18n";
import { Blank, Loading } from "../kit/Blank";
import { Icon } from "../kit/Icon";
import { presenceWords } from "../kit/Person";
import { useSession } from "../kit/session-context";
import { ChatMenu } from "./ChatMenu";
import styles from "./Chats.module.css";
import { ConversationList } from "./ConversationList";
import { ConversationPane } from "./ConversationPane";
import { useDesk } from "./context";
import { useGrant } from "./grants";
import { HitList } from "./HitList";
import { sequence, useHits } from "./hits";
import { type Desk, partner } from "./desk";
import { NewChat } from "./NewChat";
import { PageHead } from "./PageHead";
import split from "./Split.module.css";
import { useConversation } from "./useConversation";

/** With colleagues, one or several, and their phones; broadcasts are read here too. */
export function Chats({ selected, message }: { selected: string | undefined; message: string | undefined }) {
  const desk = useDesk();
  const [search, setSearch] = useState("");
  const { api } = useSession();
  const [hits, more] = useHits(api, search);
  const [choosing, setChoosing] = useState(false);
  const begins = useGrant("chat");
  const all = desk.list("direct", "group", "broadcast");
  const found = all.filter((conversation) => matches(conversation, desk, search));
  const conversation = useConversation(selected);
  const target = sequence(message);
  return (
    <main className={split.split} data-open={selected ? "" : undefined}>
      <div className={split.list}>
        <PageHead title={t("Chats")}>
          {begins && (
            <Button size="compact-md" variant="light" leftSection={<Icon name="plus" size={16} />} onClick={() => setChoosing(true)}>
              {t("New chat")}
            </Button>
          )}
        </PageHead>
        {(all.length > 0 || search) && (
          <div className={styles.search}>
            <TextInput
              type="search"
              size="sm"
              aria-label={t("Search chats")}
              placeholder={t("Search chats")}
              leftSection={<Icon name="search" size={16} />}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
          </div>
        )}
        <div className={split.scroll}>
          {!desk.listed && all.length === 0 ? (
            <Loading label={t("Loading your chats…")} />
          ) : found.length > 0 ? (
            <ConversationList label={t("Chats")} conversations={found} base="chats" selected={selected} />
          ) : search.trim() ? (
            <p className={styles.none} role="status">
              {t("No chat matches “{search}”.", { search })}
            </p>
          ) : (
            <Blank icon="chat" title={t("No chats yet")} text={t("Write to a colleague: in Wave or on the phone, it arrives.")}>
              {begins && (
                <Button variant="light" onClick={() => setChoosing(true)}>
                  {t("Choose a colleague")}
                </Button>
              )}
            </Blank>
          )}
          {search.trim() && <HitList hits={hits} more={more} />}
        </div>
      </div>
      {conversation !== null && conversation !== "searching" && conversation.kind !== "livechat" ? (
        <ConversationPane key={conversation.id} conversation={conversation} list="chats" subtitle={subtitle(conversation, desk)} closed={closed(conversation, begins)} actions={<ChatMenu conversation={conversation} />} target={target} />
      ) : (
        <div className={split.nothing}>
          {conversation === "searching" ? (
            <Loading />
          ) : selected ? (
            <Blank icon="chat" title={t("This chat does not exist")} text={t("Or it is not yours to read.")} />
          ) : (
            <Blank icon="chat" title={t("No chat open")} text={t("Choose a chat from the list.")} />
          )}
        </div>
      )}
      <NewChat opened={choosing} onClose={() => setChoosing(false)} />
    </main>
  );
}

function matches(conversation: Conversation, desk: Desk, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  if (!wanted) return true;
  const { name, number } = partner(conversation, desk.me);
  const texts = [name, number, conversation.newest?.text ?? "", ...conversation.participants.map((participant) => participant.name)];
  return texts.some((text) => text.toLocaleLowerCase().includes(wanted));
}

function closed(conversation: Conversation, mayChat: boolean): string | null {
  if (conversation.kind === "broadcast") return t("This is a broadcast. It takes no answers.");
  if (conversation.kind === "group" && isOver(conversation)) return t("This group was dissolved. It stays here to be read.");
  return mayChat ? null : t("You may read this chat, but not write in it.");
}

function subtitle(conversation: Conversation, desk: Desk): string {
  if (conversation.kind === "broadcast") return t("Broadcast");
  if (conversation.kind === "group") return nt("{n} member", "{n} members", conversation.participants.length);
  const { number } = partner(conversation, desk.me);
  const presence = desk.presenceOf(number);
  return presence ? `${number} · ${presenceWords(presence)}` : number;
}
