/** One chat of one visitor: its client, its header, its conversation. */
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { announce } from "../shared/announce";
import type { Api } from "../shared/api";
import { ConversationClient } from "../shared/client";
import { type Conversation, isMine, isOver, nobodyThere, reasonOf } from "../shared/conversation";
import { t } from "../shared/i18n";
import * as icons from "../shared/icons/paths";
import { chime, setSound, soundOn } from "../shared/sound";
import type { WireEvent } from "../shared/wire";
import { isBots } from "./bot";
import { Asked } from "./call/Asked";
import { CallButton, useBusyLines } from "./call/CallButton";
import { type Call, useCall } from "./call/useCall";
import type { Config, Session, Unanswered } from "./config";
import { Talk } from "./conversation";
import { Waiting } from "./waiting";
import { tellHost } from "./embed";
import { endChat } from "./ending";
import { recall } from "./identity";
import { Header, Icon, Spinner } from "./parts";

export { Waiting };

export interface ChatProps {
  config: Config;
  session: Session;
  api: Api;
  onAgain: () => void;
  /** Nobody could answer: a message can be left, which begins with what was written already. */
  onMessage: (why: Unanswered, text: string) => void;
  /** The server no longer knows this visitor, or keeps them out (`banned`). */
  onRefused: (code: string | null) => void;
}

export function Chat({ config, session, api, onAgain, onMessage, onRefused }: ChatProps) {
  const identity = `visitor:${config.public_id}:${session.visitor.id}`;
  const client = useVisitorClient(config, session, api, identity);
  const conversation = client.get(session.conversation);
  const unread = conversation?.unread ?? 0;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${config.title}` : config.title;
    tellHost({ type: "unread", value: unread });
  }, [unread]);
  const refused = client.connection === "refused";
  useEffect(() => {
    if (refused) onRefused(client.refusal);
  }, [refused]);
  const over = conversation !== undefined && conversation.loaded && isOver(conversation);
  useEffect(() => {
    if (!over) return;
    tellHost({ type: "ended" });
    tellHost({ type: "chat-ended" });
  }, [over]);
  const reason = over ? reasonOf(conversation) : "";
  const leaves = over && config.offline_form && (reason === "timeout" || nobodyThere(reason) !== null);
  useEffect(() => {
    if (leaves) onMessage(nobodyThere(reason) ?? "missed", written(conversation, client));
  }, [leaves]);
  const agent = conversation && !isOver(conversation) ? conversation.owner : null;
  const call = useCall(client, session.conversation, config.pictures);
  useEffect(() => {
    if (!call.up) return;
    tellHost({ type: "call-started" });
    return () => tellHost({ type: "call-ended" });
  }, [call.up]);
  return (
    <>
      <Header
        config={config}
        status={
          agent && (
            <>
              <span class="dot" aria-hidden="true" />
              {isBots(conversation) ? t("You are talking to {name}, an automatic assistant", { name: agent.name }) : t("You are talking to {name}", { name: agent.name })}
            </>
          )
        }
      >
        {config.calls && conversation && !isOver(conversation) && <Calls client={client} conversation={conversation.id} call={call} />}
        <SoundButton />
        {conversation && !isOver(conversation) && <EndButton client={client} conversation={conversation.id} calling={call.up} />}
      </Header>
      {call.bar}
      {config.calls && conversation && !isOver(conversation) && !call.up && <Asked client={client} conversation={conversation} onAccept={call.begin} />}
      <main>{conversation ? <Talk config={config} client={client} identity={identity} conversation={conversation} onAgain={onAgain} onMessage={(why = "missed") => onMessage(why, written(conversation, client))} /> : <Spinner />}</main>
    </>
  );
}

/** The client of this chat, as long as it is shown; the component is drawn again with each change. */
function useVisitorClient(config: Config, session: Session, api: Api, identity: string): ConversationClient {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  const [client] = useState(() => {
    const { id, name } = session.visitor;
    const made = new ConversationClient({ me: { who: `visitor:${id}`, kind: "visitor", id, name }, namespace: "/visitor", identity, auth: () => ({ token: recall(config.public_id, "token") }), api });
    made.follow(session.conversation);
    if (session.position !== null) made.place(session.conversation, session.position, session.attended);
    return made;
  });
  useEffect(() => {
    const stops = [client.subscribe(() => redraw(null)), client.on<WireEvent>("event", (event) => heard(event, client))];
    void client.start();
    return () => {
      for (const stop of stops) stop();
      client.stop();
    };
  }, [client]);
  return client;
}

/** What the visitor has written into a chat. */
function written({ events }: Conversation, { me }: ConversationClient): string {
  return events.flatMap((event) => (event.kind === "message" && isMine(event.author, me) && event.text ? [event.text] : [])).join("\n\n");
}

function heard(event: WireEvent, client: ConversationClient): void {
  if ((event.kind !== "message" && event.kind !== "file") || isMine(event.author, client.me)) return;
  tellHost({ type: "message" });
  if (document.visibilityState !== "visible" || !document.hasFocus()) chime();
}

function Calls({ client, conversation, call }: { client: ConversationClient; conversation: string; call: Call }) {
  return <CallButton up={call.up} busy={useBusyLines(client, conversation)} onCall={call.begin} onRefused={call.say} />;
}

function SoundButton() {
  const [on, setOn] = useState(soundOn);
  const toggle = (): void => {
    setSound(!on);
    setOn(!on);
    announce(on ? t("Sound is off.") : t("Sound is on."));
  };
  return (
    <button type="button" class="tool" aria-pressed={on} aria-label={t("Sound")} title={t("Sound")} onClick={toggle}>
      <Icon paths={on ? icons.sound : icons.mute} />
    </button>
  );
}

function EndButton({ client, conversation, calling }: { client: ConversationClient; conversation: string; calling: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState("");
  const end = async (): Promise<void> => {
    const problem = await endChat(client, conversation);
    setProblem(problem);
    if (!problem) dialog.current?.close();
  };
  return (
    <>
      <button type="button" class="tool text" onClick={() => (setProblem(""), dialog.current?.showModal())}>
        {t("End chat")}
      </button>
      <dialog ref={dialog} aria-labelledby="end-title">
        <h2 id="end-title">{t("End this conversation?")}</h2>
        <p>
          {calling && <>{t("Your call ends too.")} </>}
          {t("You can start a new one at any time.")}
        </p>
        {problem && (
          <p class="alert" role="alert">
            {problem}
          </p>
        )}
        <div class="row">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
            {t("Keep chatting")}
          </button>
          <button type="button" class="button danger" onClick={() => void end()}>
            {t("Yes, end it")}
          </button>
        </div>
      </dialog>
    </>
  );
}
