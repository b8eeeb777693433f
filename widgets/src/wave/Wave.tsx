import { useEffect, useState } from "react";

import type { Me as Person } from "../shared/wire";
import { useRoute } from "../kit/route";
import type { Me } from "../kit/session";
import { useSession, useSessionState } from "../kit/session-context";
import { Chats } from "./Chats";
import { Contacts } from "./Contacts";
import { DeskContext } from "./context";
import { Desk } from "./desk";
import { Frame } from "./Frame";
import { useGrant } from "./grants";
import { LiveChat } from "./LiveChat";
import { OwnSecurity } from "./OwnSecurity";

/** Everything behind the sign-in; it lives on while the session is being renewed. */
export function Wave({ me }: { me: Me }) {
  const session = useSession();
  const state = useSessionState(session);
  const [desk] = useState(() => new Desk(personOf(me), session.api, () => void session.load()));
  const usual = useGrant("livechat") ? "live-chat" : "chats";
  const [view = usual, selected, message] = useRoute();

  useEffect(() => {
    desk.start();
    return () => desk.stop();
  }, [desk]);

  useEffect(() => {
    if (state.phase === "in") desk.client.reconnect();
  }, [desk, state.phase]);

  return (
    <DeskContext value={desk}>
      <Frame view={view}>
        {view === "chats" ? <Chats selected={selected} message={message} /> : view === "contacts" ? <Contacts /> : view === "security" ? <OwnSecurity /> : <LiveChat selected={selected} target={message} />}
      </Frame>
    </DeskContext>
  );
}

function personOf(me: Me): Person {
  const number = me.number ?? me.user;
  return { who: `user:${number}`, kind: "user", id: number, name: me.name };
}
