/** What the server keeps for agents beside the conversations themselves. */
import { useCallback, useEffect } from "react";

import { t } from "../../shared/i18n";
import type { QuickReply } from "../../kit/quick-replies/quick-replies";
import { useSession } from "../../kit/session-context";
import { dismissKey, toast } from "../../kit/toasts";
import { useLoaded } from "../../kit/useLoaded";
import { useDesk } from "../context";

interface AtHand {
  items: readonly QuickReply[];
  variables: Readonly<Record<string, string>>;
}

interface LiveChatSeat {
  id: string;
  name: string;
  chairman: boolean;
}

/** What can be said quickly in a visitor's chat; nothing elsewhere. */
export function useQuickReplies(conversation: string | null): { atHand: AtHand | null; reload: () => void } {
  const { api } = useSession();
  const load = useCallback(async () => (conversation ? api.get<AtHand>(`/v1/conversations/${conversation}/quick-replies`) : null), [api, conversation]);
  const { value, reload } = useLoaded(load);
  return { atHand: value, reload: () => void reload() };
}

/** The live chats whose chairman one is. */
export function useChaired(): readonly LiveChatSeat[] {
  const { api } = useSession();
  const seats = useLoaded(useCallback(() => api.get<{ items: LiveChatSeat[] }>("/v1/livechats"), [api]));
  return seats.value?.items.filter(({ chairman }) => chairman) ?? [];
}

interface Asked {
  id: string;
  state: string;
  visitor: string;
  asked_by: string;
  livechat: string;
}

/** Tells a chairman that an agent asks for a ban; `open` shows what is asked. */
export function useBanRequests(open: () => void): void {
  const { client } = useDesk();
  useEffect(
    () =>
      client.on<Asked>("ban", ({ id, state, visitor, asked_by, livechat }) => {
        if (state !== "asked") return dismissKey(`ban ${id}`); // somebody has decided, or it is past
        toast({ key: `ban ${id}`, title: t("{agent} asks to ban {visitor}", { agent: asked_by, visitor }), text: livechat, stay_ms: null, action: { label: t("Open"), run: open } });
      }),
    [client, open],
  );
}
