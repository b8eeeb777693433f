import { useEffect, useState } from "react";

import { ApiError } from "../shared/api";
import type { Conversation } from "../shared/conversation";
import type { Summary } from "../shared/wire";
import { useSession } from "../kit/session-context";
import { useDesk } from "./context";

/** The conversation an address names; one too old for the lists is asked for. Null: there is none. */
export function useConversation(id: string | undefined): Conversation | "searching" | null {
  const desk = useDesk();
  const { api } = useSession();
  const [missing, setMissing] = useState<string | null>(null);
  const found = id ? desk.client.get(id) : undefined;
  const known = found?.kind ? found : undefined;
  const gone = id !== undefined && desk.isGone(id);
  const asked = id !== undefined && !gone && desk.listed && !known && missing !== id;

  useEffect(() => {
    if (!asked) return;
    api.get<Summary>(`/v1/conversations/${encodeURIComponent(id)}`).then(
      (summary) => desk.client.take(summary),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        setMissing(id);
      },
    );
  }, [api, asked, desk, id]);

  if (known) return known;
  return id !== undefined && !gone && missing !== id ? "searching" : null;
}
