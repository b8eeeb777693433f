/** What the visitor sees when: one view at a time, decided by what the server said last. */
import { useEffect, useReducer, useState } from "preact/hooks";
import { t } from "../shared/i18n";
import * as icons from "../shared/icons/paths";
import { type Config, reasonText } from "./config";
import { loggedOut, onHost } from "./embed";
import { Entrance } from "./entrance";
import { VisitorForm } from "./form";
import { Header, Notice, Spinner } from "./parts";
import { pretended } from "./pretending";

/** The chat is a second script: the form does not wait for it, and it comes while the form is filled in. */
const chatModule = (): Promise<typeof import("./chat")> => import("./chat");

export function App({ config }: { config: Config }) {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  const [entrance] = useState(() => new Entrance(config, chatModule, () => redraw(null), pretended));
  const { view, signed, person } = entrance;

  useEffect(
    () =>
      onHost((message) => {
        if (message.type === "logout") entrance.logOut();
        else if (message.type === "identify" && message.identity.jwt) void entrance.identify(message.identity.jwt);
      }),
    [],
  );

  useEffect(() => void window.dispatchEvent(new CustomEvent("engage-view", { detail: view.name })), [view.name]);

  useEffect(() => {
    if (loggedOut()) entrance.logOut();
    void entrance.find();
    chatModule().catch(() => undefined); // asked for again when it is needed
  }, []);

  const again = (): void => entrance.again();

  if (view.name === "chat") {
    const { session, Chat } = view;
    return (
      <Chat
        key={session.conversation}
        config={config}
        session={session}
        api={entrance.api}
        onAgain={again}
        onMessage={(reason, text) => entrance.show({ name: "message", reason, text })}
        onRefused={(code) => entrance.refused(code)}
      />
    );
  }
  return (
    <>
      <Header config={config} />
      <main>
        {pretended && <p class="banner">{t("This is a preview: nothing is sent.")}</p>}
        {view.name === "loading" && <Spinner />}
        {view.name === "line" && <view.Waiting config={config} position={2} attended={pretended === "line"} onLeave={async () => ""} />}
        {view.name === "form" && <VisitorForm key={`chat ${person}`} config={config} signed={signed} purpose="chat" onSubmit={(filled) => entrance.start(filled)} />}
        {view.name === "message" && (
          <>
            {config.offline_form ? (
              <>
                <p class="reason">{reasonText(config, view.reason)}</p>
                <VisitorForm key={`message ${person}`} config={config} signed={signed} purpose="message" text={view.text} onSubmit={(filled) => entrance.leaveMessage(filled)} />
              </>
            ) : (
              <Notice icon={icons.clock}>
                <p>{reasonText(config, view.reason)}</p>
              </Notice>
            )}
            {view.text !== undefined && (
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
            <button type="button" class="button" onClick={() => void entrance.find()}>
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
