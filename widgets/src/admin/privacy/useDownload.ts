import { useState } from "react";

import { useSession } from "../../kit/session-context";

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
      save(await read(response.body, expected, setProgress), name);
    } catch {
      setFailed(true);
    }
    setProgress(null);
  }

  return { progress, failed, start };
}

/** How much comes is known by the size of the files alone: the rest is small beside them. */
async function read(body: ReadableStream<Uint8Array>, expected: number, tell: (percent: number) => void): Promise<Blob> {
  const pieces: BlobPart[] = [];
  const reader = body.getReader();
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces, { type: "application/zip" });
    pieces.push(value as BlobPart);
    received += value.byteLength;
    tell(Math.min(99, (100 * received) / Math.max(expected, received, 1)));
  }
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
