import { useState } from "react";

import { useSession } from "../../kit/session-context";
import { read, save } from "../../kit/download";

/** A file that the server writes while it is fetched, asked for by a body; `progress` is percent. */
export function useDownload(): { progress: number | null; failed: boolean; start: (path: string, body: unknown, expected: number, name: string) => Promise<void> } {
  const { api } = useSession();
  const [progress, setProgress] = useState<number | null>(null);
  const [failed, setFailed] = useState(false);

  async function start(path: string, body: unknown, expected: number, name: string): Promise<void> {
    setProgress(0);
    setFailed(false);
    try {
      const headers = { ...api.headers("POST"), "Content-Type": "application/json" };
      const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
      if (!response.ok || response.body === null) throw new Error(String(response.status));
      // How much comes is known by the size of the files alone: the rest is small beside them.
      let received = 0;
      const content = await read(response.body, "application/zip", (piece) => {
        received += piece.byteLength;
        setProgress(Math.min(99, (100 * received) / Math.max(expected, received, 1)));
      });
      save(content, name);
    } catch {
      setFailed(true);
    }
    setProgress(null);
  }

  return { progress, failed, start };
}
