import { useEffect, useState } from "react";

import { useSession } from "../../kit/session-context";
import { ApiError } from "../../shared/api";

const AGAIN_MS = 5_000;

/** What a call is transferred to for one's other devices to ring; empty while there are none. */
export function useCallFlip(): string {
  const { api } = useSession();
  const [code, setCode] = useState("");
  useEffect(() => {
    let current = true;
    async function look(): Promise<void> {
      try {
        const { others, call_flip } = await api.get<{ others: number; call_flip: string }>("/v1/me/devices");
        if (current) setCode(others > 0 ? call_flip : "");
      } catch (error) {
        if (!(error instanceof ApiError)) throw error; // it is asked again soon
      }
    }
    void look();
    const timer = setInterval(() => void look(), AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [api]);
  return code;
}
