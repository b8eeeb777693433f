import { useCallback, useEffect, useState } from "react";

import { ApiError } from "../shared/api";
import { useSession } from "../kit/session-context";
import { notDone } from "../kit/refusal";
import { useDesk } from "./context";
import type { Loaded } from "./desk";
import { type LeftMessage, withNews } from "./messages";

const PATH = "/v1/livechat-messages";

export interface LeftMessages {
  messages: readonly LeftMessage[];
  state: Loaded;
  /** There are older ones than those listed. */
  more: boolean;
  load: () => void;
  loadMore: () => void;
  mark: (message: LeftMessage, answered: boolean) => Promise<void>;
}

/** The messages left in the live chats this agent serves, kept current while the page is open. */
export function useLeftMessages(): LeftMessages {
  const { client } = useDesk();
  const { api } = useSession();
  const [messages, setMessages] = useState<readonly LeftMessage[]>([]);
  const [state, setState] = useState<Loaded>("loading");
  const [cursor, setCursor] = useState<string | null>(null);

  const read = useCallback(
    async (from: string | null): Promise<void> => {
      try {
        const page = await api.get<{ items: LeftMessage[]; cursor: string | null }>(from ? `${PATH}?cursor=${from}` : PATH);
        setMessages((before) => withNews(from ? before : [], page.items));
        setCursor(page.cursor);
        setState("ready");
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        setState((before) => (before === "ready" ? before : "failed"));
      }
    },
    [api],
  );

  useEffect(() => {
    void read(null);
    const stops = [
      client.on<LeftMessage>("offline_message", (message) => setMessages((before) => withNews(before, [message]))),
      client.on("hello", () => void read(null)), // after a lost connection
    ];
    return () => stops.forEach((stop) => stop());
  }, [client, read]);

  async function mark(message: LeftMessage, answered: boolean): Promise<void> {
    try {
      const changed = await api.patch<LeftMessage>(`${PATH}/${encodeURIComponent(message.conversation)}`, { answered });
      setMessages((before) => withNews(before, [changed]));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
  }

  return { messages, state, more: cursor !== null, load: () => void read(null), loadMore: () => void read(cursor), mark };
}
