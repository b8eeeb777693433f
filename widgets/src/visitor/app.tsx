/** What the visitor sees when: one view at a time, decided by what the server said last. */
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Api, ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import * as icons from "../shared/icons/paths";
import { newId } from "../shared/ids";
import type { ChatProps } from "./chat";
import type { Config, Reason, Recognised, Session } from "./config";
import { forgetIdentity, identified, loggedOut, onHost, tellHost } from "./embed";
import { type Filled, type Details, VisitorForm } from "./form";
import { forgetPerson, recall, remember, storageDenied } from "./identity";
import { whence } from "./whence";
import { Header, Notice, Spinner } from "./parts";

type View = { name: "loading" } | { name: "form" } | { name: "message"; reason: Reason | "missed"; text?: string } | { name: "thanks" } | { name: "gone" } | { name: "unreachable" } | { name: "blocked" } | { name: "unsigned" } | { name: "chat"; session: Session; Chat: ComponentType<ChatProps> };

/** What the server says of a link that leads nowhere, or nowhere for this visitor. */
const GONE = "unknown_livechat";

/** The chat is a second script: the form does not wait for it, and it comes while the form is filled in. */
const chatModule = (): Promise<typeof import("./chat")> => import("./chat");

export function App({ config }: { config: Config }) {
  const base = `/v1/livechat/${encodeURIComponent(config.public_id)}`;
  const api = useRef(new Api({ token: () => recall(config.public_id, "token") })).current;
  const [view, setView] = useState<View>({ name: "loading" });
  const messageId = useRef(newId()); // the same message, tried again, is one
  const [signed, setSigned] = useState<Partial<Details>>({});
  const [person, setPerson] = useState(0); // another one begins with an empty form
  const turn = useRef(0); // an answer about somebody who has gone meanwhile says nothing any more

  const welcome = (): void => {
    if (config.signed_identity && !identified.jwt) setView({ name: "unsigned" });
    else setView(config.offline ? { name: "message", reason: config.offline } : { name: "form" });
  };

  const enter = async (session: Session): Promise<void> => {
    try {
      const { Chat } = await chatModule();
      setView({ name: "chat", session, Chat });
    } catch {
      setView({ name: "unreachable" });
    }
  };

  const find = async (): Promise<void> => {
    if (!config.public_id) return setView({ name: "gone" });
    if (identified.jwt) return recognise(identified.jwt);
    const mine = ++turn.current;
    if (!recall(config.public_id, "token") && !storageDenied()) return welcome();
    setView({ name: "loading" });
    try {
      const session = await api.get<Session>(`${base}/session`); // by token, or by the server's cookie
      if (mine !== turn.current) return;
      remember(config.public_id, "token", session.token);
      await comeBack(session);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine !== turn.current) return;
      if (error.transient) return setView({ name: "unreachable" });
      if (error.code === GONE) return setView({ name: "gone" });
      if (error.status === 401 || error.status === 404) remember(config.public_id, "token", null);
      welcome();
    }
  };

  const comeBack = async (session: Session): Promise<void> => {
    const over = ["ended", "missed", "offline"].includes(session.state);
    if (over && recall(config.public_id, "start") === "again") welcome();
    else if (session.state === "offline") welcome();
    else await enter(session);
  };

  /** The web site says who is here: their chat goes on, from whatever device; nobody else's is shown. */
  const recognise = async (jwt: string): Promise<void> => {
    const mine = ++turn.current;
    const before = recall(config.public_id, "token");
    setView({ name: "loading" });
    try {
      const { details, token, visitor, session } = await api.post<Recognised>(`${base}/identity`, { jwt, token: before ?? undefined });
      if (mine !== turn.current) return;
      if (token !== before) forgetPerson(config.public_id);
      remember(config.public_id, "token", token);
      setSigned(details);
      setPerson(mine);
      tellHost({ type: "identified", value: visitor });
      await (session ? comeBack(session) : welcome());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine !== turn.current) return;
      if (error.transient) return setView({ name: "unreachable" });
      forgetPerson(config.public_id);
      forgetIdentity();
      setSigned({});
      setPerson(mine);
      tellHost({ type: "identity-refused", value: error.message });
      welcome();
    }
  };

  const logOut = (): void => {
    setPerson(++turn.current);
    const token = recall(config.public_id, "token");
    // By its own header: what is kept is gone before the answer comes.
    if (token || storageDenied()) void new Api({ token: () => token }).delete(`${base}/session`).catch(() => undefined);
    forgetPerson(config.public_id);
    setSigned({});
    tellHost({ type: "unread", value: 0 });
    welcome();
  };

  useEffect(
    () =>
      onHost((message) => {
        if (message.type === "logout") logOut();
        else if (message.type === "identify" && message.identity.jwt) void recognise(message.identity.jwt);
      }),
    [],
  );

  useEffect(() => void window.dispatchEvent(new CustomEvent("engage-view", { detail: view.name })), [view.name]);

  useEffect(() => {
    if (loggedOut()) logOut();
    void find();
    chatModule().catch(() => undefined); // asked for again when it is needed
  }, []);

  const start = async (filled: Filled): Promise<void> => {
    // The same start, tried again, is one chat: its identifier outlives a lost answer and a reload.
    const kept = recall(config.public_id, "start");
    const clientId = kept && kept !== "again" ? kept : newId();
    remember(config.public_id, "start", clientId);
    const { full_name, email, phone, consent } = filled;
    const asked = api.post<Session>(`${base}/sessions`, {
      client_id: clientId,
      token: recall(config.public_id, "token") ?? undefined,
      full_name,
      email,
      phone,
      consent,
      ...whence(),
      language: config.language,
      jwt: identified.jwt,
    });
    const session = await asked.catch((error: unknown) => {
      if (error instanceof ApiError && error.code === GONE) setView({ name: "gone" });
      throw error;
    });
    remember(config.public_id, "start", null);
    if (session.state === "offline") return setView({ name: "message", reason: session.offline ?? "no_agent" });
    remember(config.public_id, "token", session.token);
    tellHost({ type: "started" });
    tellHost({ type: "chat-started" });
    await enter(session);
  };

  const leaveMessage = async (filled: Filled): Promise<void> => {
    const { full_name, email, phone, consent, text } = filled;
    await api.post(`${base}/messages`, { client_id: messageId.current, full_name, email, phone, consent, text, ...whence(), language: config.language, jwt: identified.jwt });
    messageId.current = newId();
    remember(config.public_id, "start", "again"); // whoever comes back begins anew
    setView({ name: "thanks" });
  };

  const again = (): void => {
    remember(config.public_id, "start", "again");
    welcome();
  };

  if (view.name === "chat") {
    const { session, Chat } = view;
    return (
      <Chat
        key={session.conversation}
        config={config}
        session={session}
        api={api}
        onAgain={again}
        onMessage={(text) => setView({ name: "message", reason: "missed", text })}
        onRefused={(code) => {
          if (code === "banned") return setView({ name: "gone" });
          remember(config.public_id, "token", null);
          setView({ name: "blocked" });
        }}
      />
    );
  }
  return (
    <>
      <Header config={config} />
      <main>
        {view.name === "loading" && <Spinner />}
        {view.name === "form" && <VisitorForm key={`chat ${person}`} config={config} signed={signed} purpose="chat" onSubmit={start} />}
        {view.name === "message" && (
          <>
            <p class="reason">{reasonText(config, view.reason)}</p>
            {config.offline_form && <VisitorForm key={`message ${person}`} config={config} signed={signed} purpose="message" text={view.text} onSubmit={leaveMessage} />}
            {view.reason === "missed" && (
              <p class="reason">
                <button type="button" class="link" onClick={again}>
                  {t("Start again")}
                </button>
              </p>
            )}
          </>
        )}
        {view.name === "thanks" && (
          <Notice icon={icons.check} heading={t("Thank you for your message")}>
            <p>{t("We will get back to you as soon as we can.")}</p>
          </Notice>
        )}
        {view.name === "unsigned" && (
          <Notice icon={icons.chat} heading={t("Please sign in first")}>
            <p>{t("Sign in on our web site to chat with us.")}</p>
          </Notice>
        )}
        {view.name === "gone" && (
          <Notice icon={icons.chat} heading={t("This chat is no longer available")}>
            <p>{t("Please look for another way to reach us on our web site.")}</p>
          </Notice>
        )}
        {view.name === "unreachable" && (
          <Notice icon={icons.alert} heading={t("The server cannot be reached")}>
            <p>{t("Nothing is lost: your conversation continues as soon as the connection is back.")}</p>
            <button type="button" class="button" onClick={() => void find()}>
              {t("Try again")}
            </button>
          </Notice>
        )}
        {view.name === "blocked" && (
          <Notice icon={icons.alert} heading={t("This chat is over")}>
            <button type="button" class="button" onClick={again}>
              {t("Start again")}
            </button>
          </Notice>
        )}
      </main>
    </>
  );
}

function reasonText(config: Config, reason: Reason | "missed"): string {
  if (reason === "missed") return t("We are sorry: nobody could answer in time. Leave us a message, and we will get back to you.");
  return (reason === "no_agent" ? config.no_agent_message : config.offline_message) ?? "";
}
