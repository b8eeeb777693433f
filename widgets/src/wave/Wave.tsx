import { lazy, useEffect, useState } from "react";

import type { Me as Person } from "../shared/wire";
import { t } from "../shared/i18n";
import { go, useRoute } from "../kit/route";
import type { Me } from "../kit/session";
import { useSession, useSessionState } from "../kit/session-context";
import { Chats } from "./Chats";
import { notifyDesktop } from "./alerts";
import { Calls } from "./calls/Calls";
import { PhoneContext } from "./calls/context";
import { IncomingCalls } from "./calls/IncomingCalls";
import { Phone } from "./calls/phone";
import { nameOf } from "./calls/words";
import { DeskContext } from "./context";
import { Desk } from "./desk";
import { QueuesContext } from "./duty/context";
import { OwnQueues } from "./duty/own-queues";
import { Frame } from "./Frame";
import { useGrant } from "./grants";
import { Later } from "./Later";
import { LiveChat } from "./LiveChat";
import { OwnCalls } from "./OwnCalls";
import { OwnSecurity } from "./OwnSecurity";

const Contacts = lazy(() => import("./Contacts").then((module) => ({ default: module.Contacts })));
const Voicemail = lazy(() => import("./Voicemail").then((module) => ({ default: module.Voicemail })));
const History = lazy(() => import("./History"));

/** Everything behind the sign-in; it lives on while the session is being renewed. */
export function Wave({ me }: { me: Me }) {
  const session = useSession();
  const state = useSessionState(session);
  const [desk] = useState(() => new Desk(personOf(me), session.api, () => void session.load()));
  const [phone] = useState(() => new Phone(desk.me.id, session.api, (call) => alertOf(call, desk)));
  const [queues] = useState(() => new OwnQueues(session.api, () => void desk.loadInquiries()));
  const usual = useGrant("livechat") ? "live-chat" : "chats";
  const [view = usual, selected, message] = useRoute();

  useEffect(() => {
    desk.start();
    return () => desk.stop();
  }, [desk]);

  useEffect(() => {
    phone.start();
    return () => phone.stop();
  }, [phone]);

  useEffect(() => {
    queues.start((moved) => desk.client.on("queues", moved));
    return () => queues.stop();
  }, [desk, queues]);

  useEffect(() => {
    if (state.phase === "in") desk.client.reconnect();
  }, [desk, state.phase]);

  return (
    <DeskContext value={desk}>
      <PhoneContext value={phone}>
        <QueuesContext value={queues}>
          <Frame view={view}>
            <Later key={view}>
              {view === "chats" ? (
                <Chats selected={selected} message={message} />
              ) : view === "calls" ? (
                <Calls />
              ) : view === "voicemail" ? (
                <Voicemail />
              ) : view === "history" ? (
                <History selected={selected} />
              ) : view === "contacts" ? (
                <Contacts />
              ) : view === "call-settings" ? (
                <OwnCalls />
              ) : view === "security" ? (
                <OwnSecurity />
              ) : (
                <LiveChat selected={selected} target={message} />
              )}
            </Later>
          </Frame>
        </QueuesContext>
        <IncomingCalls />
      </PhoneContext>
    </DeskContext>
  );
}

/** A call is told of by the system too, for whoever looks at another window. */
function alertOf(call: { id: string; number: string; name: string }, desk: Desk): void {
  notifyDesktop(t("{name} calls", { name: nameOf(call, desk.contacts) }), call.number, `engage call ${call.id}`, () => go("calls"));
}

function personOf(me: Me): Person {
  const number = me.number ?? me.user;
  return { who: `user:${number}`, kind: "user", id: number, name: me.name };
}
