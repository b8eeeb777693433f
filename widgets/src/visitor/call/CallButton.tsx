/** Calls the agents; while all lines are busy a press says so instead, where it stays to be read. */
import { useEffect, useState } from "preact/hooks";
import type { ConversationClient } from "../../shared/client";
import { t } from "../../shared/i18n";
import * as icons from "../../shared/icons/paths";
import { Icon } from "../parts";

interface Told {
  conversation: string;
  busy: boolean;
}

/** Whether all lines are busy: asked with each connection, for nobody tells a page that is away. */
export function useBusyLines(client: ConversationClient, conversation: string): boolean {
  const [busy, setBusy] = useState(false);
  const online = client.connection === "online";
  useEffect(() => client.on<Told>("call_lines", (told) => told.conversation === conversation && setBusy(told.busy)), [client, conversation]);
  useEffect(() => {
    if (!online) return;
    void client.request("call_lines", { conversation }).then((ack) => ack.ok && setBusy(ack["busy"] === true));
  }, [client, conversation, online]);
  return busy;
}

/** What is switched off cannot be reached by keyboard, and loses the focus that pressed it: this can, so that its words are read. */
export function CallButton({ up, busy, onCall, onRefused }: { up: boolean; busy: boolean; onCall: () => void; onRefused: (words: string) => void }) {
  const words = busy && !up ? t("All lines are busy at the moment. Please try again in a few minutes.") : "";
  return (
    <>
      <button type="button" class="tool" aria-label={t("Call")} title={words ? undefined : t("Call")} aria-disabled={up || words ? true : undefined} aria-describedby={words ? "lines-busy" : undefined} onClick={() => (words ? onRefused(words) : up || onCall())}>
        <Icon paths={icons.phone} />
      </button>
      {words && (
        <span class="tip" role="tooltip" id="lines-busy">
          {words}
        </span>
      )}
    </>
  );
}
