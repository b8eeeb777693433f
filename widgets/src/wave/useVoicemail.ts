import { useCallback, useEffect, useState } from "react";

import { ApiError } from "../shared/api";
import { useSession } from "../kit/session-context";
import { useDesk } from "./context";

export const FOLDERS = ["new", "old", "work", "family", "friends"] as const;
export type Folder = (typeof FOLDERS)[number];

export interface VoiceMessage {
  id: string;
  folder: Folder;
  caller: string;
  name: string;
  received_at: string;
  seconds: number;
  urgent: boolean;
}

interface Mailbox {
  items: VoiceMessage[];
  new: number;
}

const PATH = "/v1/me/voicemail";

export interface Voicemail {
  /** `none`: this extension has no mailbox. */
  state: "loading" | "ready" | "failed" | "none";
  messages: readonly VoiceMessage[];
  waiting: number;
  load: () => void;
  move: (message: VoiceMessage, folder: Folder) => Promise<void>;
  remove: (message: VoiceMessage) => Promise<void>;
}

export function soundOf(message: VoiceMessage): string {
  return `${PATH}/${encodeURIComponent(message.id)}/sound`;
}

/** One's own mailbox, kept current: phones and other windows change it too. */
export function useVoicemail(): Voicemail {
  const { client } = useDesk();
  const { api } = useSession();
  const [state, setState] = useState<Voicemail["state"]>("loading");
  const [mailbox, setMailbox] = useState<Mailbox>({ items: [], new: 0 });

  const load = useCallback(async (): Promise<void> => {
    try {
      setMailbox(await api.get<Mailbox>(PATH));
      setState("ready");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) setState("none");
      else setState((before) => (before === "ready" ? before : "failed"));
    }
  }, [api]);

  useEffect(() => {
    void load();
    const stops = [client.on("voicemail", () => void load()), client.on("hello", () => void load())];
    return () => stops.forEach((stop) => stop());
  }, [client, load]);

  async function change(asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } finally {
      await load(); // what failed may be gone by now
    }
  }

  return {
    state,
    messages: mailbox.items,
    waiting: mailbox.new,
    load: () => void load(),
    move: (message, folder) => change(api.patch(`${PATH}/${encodeURIComponent(message.id)}`, { folder })),
    remove: (message) => change(api.delete(`${PATH}/${encodeURIComponent(message.id)}`)),
  };
}
