/** The agent would like to talk: the visitor says yes by calling, or would rather write. */
import { useEffect, useState } from "preact/hooks";
import type { ConversationClient } from "../../shared/client";
import type { Conversation } from "../../shared/conversation";
import { t } from "../../shared/i18n";
import type { WireEvent } from "../../shared/wire";

/** A request is shown for so long, */
const LASTS_MS = 60_000;
/** and not at all to a page that opens much later; clocks may differ by minutes. */
const OLD_MS = 5 * 60_000;

/** The request that waits for an answer, if the last that is told of calls is one. */
export function requestOf({ events }: Pick<Conversation, "events">, nowMs: number): WireEvent | null {
  const last = events.findLast((event) => event.kind === "call");
  return last && (last.state as string) === "asked" && nowMs - Date.parse(last.at) < OLD_MS ? last : null;
}

export function Asked({ client, conversation, onAccept }: { client: ConversationClient; conversation: Conversation; onAccept: () => void }) {
  /** The last request that is answered, or past. */
  const [done, setDone] = useState(0);
  const asked = requestOf(conversation, Date.now());
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => setDone(asked.seq), LASTS_MS);
    return () => clearTimeout(timer);
  }, [asked?.seq]);
  if (!asked || asked.seq === done) return null;
  return (
    <section class="call" aria-label={t("Call")}>
      <p role="alert" class="call-words">
        {t("{name} would like to talk to you.", { name: asked.author.name })}
      </p>
      <div class="call-tools">
        <button type="button" class="button quiet" onClick={() => void client.request("call_decline", { conversation: conversation.id })}>
          {t("Decline")}
        </button>
        <button type="button" class="button" onClick={() => (setDone(asked.seq), onAccept())}>
          {t("Accept")}
        </button>
      </div>
    </section>
  );
}
