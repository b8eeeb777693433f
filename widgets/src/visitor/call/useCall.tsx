/** The call of one chat; what it takes is loaded when it is first wanted. */
import type { ComponentChild } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { ConversationClient } from "../../shared/client";
import { t } from "../../shared/i18n";
import { forget, recall } from "./kept";
import { Said } from "./Said";

type Module = typeof import("./module");

export interface Call {
  up: boolean;
  bar: ComponentChild;
  begin: () => void;
  /** Say why none begins. */
  say: (words: string) => void;
}

export function useCall(client: ConversationClient, conversation: string, seen: boolean): Call {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  const loaded = useRef<{ module: Module; calling: InstanceType<Module["Calling"]> } | null>(null);
  const gone = useRef(false);
  const [words, say] = useState("");
  const [coming, setComing] = useState(false);
  const load = async (run: (calling: InstanceType<Module["Calling"]>) => Promise<void>): Promise<void> => {
    say("");
    const module = await import("./module").catch(() => null);
    if (gone.current) return;
    setComing(false);
    if (!module) return failure();
    loaded.current ??= { module, calling: new module.Calling(client, conversation, seen, () => redraw(null)) };
    await run(loaded.current.calling);
  };
  const failure = (): void => {
    const kept = recall(conversation);
    if (kept) void client.request("call_end", { conversation, call: kept.call });
    forget(conversation);
    say(t("The call could not be started. You can go on writing."));
  };
  useEffect(() => {
    if (recall(conversation)) void load((calling) => calling.resume());
    return () => {
      gone.current = true;
      loaded.current?.calling.stop();
    };
  }, []);
  const found = loaded.current;
  return {
    up: found !== null && found.module.isUp(found.calling.state),
    bar: coming ? <Coming /> : words ? <Said words={words} onDismiss={() => say("")} /> : found && <found.module.CallBar calling={found.calling} onDismiss={() => found.calling.dismiss()} />,
    begin: () => {
      setComing(!found);
      void load((calling) => calling.call());
    },
    say,
  };
}

/** What a call takes may be slow to come: the press was heard. */
function Coming() {
  return (
    <section class="call" aria-label={t("Call")}>
      <p role="status">{t("One moment …")}</p>
    </section>
  );
}
