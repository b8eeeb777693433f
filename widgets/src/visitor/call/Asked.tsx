/** The agent would like to talk: the visitor says yes by calling, or would rather write. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ConversationClient } from "../../shared/client";
import type { Conversation } from "../../shared/conversation";
import { t } from "../../shared/i18n";
import type { Ack, WireEvent } from "../../shared/wire";
import { problemWords } from "../problem";

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
  return <Request key={asked.seq} name={asked.author.name} client={client} conversation={conversation.id} onAccept={() => (setDone(asked.seq), onAccept())} />;
}

function Request({ name, client, conversation, onAccept }: { name: string; client: ConversationClient; conversation: string; onAccept: () => void }) {
  const section = useRef<HTMLElement>(null);
  const [problem, setProblem] = useState("");
  useLayoutEffect(() => {
    const shown = section.current!;
    return () => {
      // The keyboard's place would go with the buttons; a phone's own keyboard stays where it is.
      if (shown.contains(document.activeElement) && !matchMedia("(pointer: coarse)").matches) document.getElementById("message")?.focus();
    };
  }, []);
  const decline = async (): Promise<void> => setProblem(problemOf(await client.request("call_decline", { conversation })));
  return (
    <section class="call" aria-label={t("Call")} ref={section}>
      <p role="alert" class="call-words">
        {t("{name} would like to talk to you.", { name })}
      </p>
      <div class="call-tools">
        <button type="button" class="button quiet" onClick={() => void decline()}>
          {t("Decline")}
        </button>
        <button type="button" class="button" onClick={onAccept}>
          {t("Accept")}
        </button>
      </div>
      {problem && (
        <p class="call-blind" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

/** Why the visitor's no was not taken, in words; empty: it was. */
export function problemOf(ack: Ack): string {
  return ack.ok ? "" : problemWords(ack.error.message);
}
