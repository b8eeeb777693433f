/** The chat itself: whether one waits, what was said, the box to say more, and what comes after. */
import { useEffect, useState } from "preact/hooks";
import type { ConversationClient } from "../shared/client";
import { type Conversation, isOver, nobodyThere, type Pending, reasonOf } from "../shared/conversation";
import { keepDraft, readDraft } from "../shared/draft";
import { t } from "../shared/i18n";
import { type Config, reasonText, type Unanswered } from "./config";
import { BotChoices, isBots } from "./bot";
import { Composer } from "./composer";
import { endChat } from "./ending";
import { Log } from "./log";
import { Survey } from "./survey";
import { Transcript } from "./transcript";
import { Waiting } from "./waiting";

interface TalkProps {
  config: Config;
  client: ConversationClient;
  identity: string;
  conversation: Conversation;
  onAgain: () => void;
  /** Leave a message instead; left out: because nobody has answered in time. */
  onMessage: (why?: Unanswered) => void;
}

export function Talk({ config, client, identity, conversation, onAgain, onMessage }: TalkProps) {
  const [draft, setDraft] = useState(() => readDraft(identity, conversation.id));
  const write = (text: string): void => {
    setDraft(text);
    keepDraft(identity, conversation.id, text);
    if (text.trim() && config.typing) client.typing(conversation.id);
  };
  const sendFiles = (files: File[]): void => {
    for (const file of files) void client.sendFile(conversation.id, file);
  };
  const edit = async (item: Pending): Promise<void> => {
    const text = await client.discard(conversation.id, item.clientId);
    write(draft.trim() ? `${draft}\n${text}` : text);
    document.getElementById("message")?.focus();
  };
  /** Whoever would rather leave a message waits no more. */
  const leave = async (): Promise<string> => {
    const problem = await endChat(client, conversation.id);
    if (!problem) onMessage("no_agent");
    return problem;
  };
  return (
    <>
      <Banner client={client} />
      {conversation.state === "waiting" && <Waiting config={config} position={conversation.position} attended={conversation.attended} onLeave={leave} />}
      <Log client={client} conversation={conversation} avatars={config.agent_avatar} onEdit={(item) => void edit(item)} />
      {!isOver(conversation) && isBots(conversation) && <BotChoices client={client} conversation={conversation} />}
      {isOver(conversation) ? (
        <Over client={client} config={config} conversation={conversation} onAgain={onAgain} onMessage={onMessage} />
      ) : (
        <Composer config={config} draft={draft} onInput={write} onSend={(text) => (write(""), void client.send(conversation.id, text))} onFiles={sendFiles} />
      )}
    </>
  );
}

function Banner({ client }: { client: ConversationClient }) {
  const [late, setLate] = useState(false);
  const cut = client.connection === "offline";
  useEffect(() => {
    if (!cut) return setLate(false);
    const timer = setTimeout(() => setLate(true), 1_200); // a blink is not worth a word
    return () => clearTimeout(timer);
  }, [cut]);
  return (
    <div aria-live="polite" class="banner-place">
      {cut && late && (
        <p class="banner">
          <span class="spinner small" />
          <span>{t("No connection. Your messages are kept and sent when it is back.")}</span>
          <button type="button" class="link" onClick={() => client.reconnect()}>
            {t("Try now")}
          </button>
        </p>
      )}
    </div>
  );
}

function Over({ client, config, conversation, onAgain, onMessage }: { client: ConversationClient; config: Config; conversation: Conversation; onAgain: () => void; onMessage: () => void }) {
  const missed = conversation.state === "missed";
  const reason = reasonOf(conversation);
  const late = missed && reason !== "visitor"; // who left by themselves was not let down
  const nobody = nobodyThere(reason);
  if (reason === "channel_deleted") {
    return (
      <div class="over" role="status">
        <p>{t("This chat is no longer available.")}</p>
      </div>
    );
  }
  return (
    <div class="over" role="status">
      {config.survey && conversation.state === "ended" && <Survey client={client} conversation={conversation} />}
      <p>{late ? t("We are sorry: nobody could answer in time.") : nobody ? reasonText(config, nobody) : t("This chat has ended. Thank you for writing to us.")}</p>
      <div class="row">
        <button type="button" class="button" onClick={onAgain}>
          {t("Start again")}
        </button>
        {missed && config.offline_form && (
          <button type="button" class="button quiet" onClick={() => onMessage()}>
            {t("Leave a message")}
          </button>
        )}
      </div>
      {!missed && <Transcript api={client.api} conversation={conversation.id} mails={config.email_transcript} />}
    </div>
  );
}
