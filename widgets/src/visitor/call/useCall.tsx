/** The call of one chat; what it takes is loaded when it is first wanted. */
import type { ComponentChild } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { ConversationClient } from "../../shared/client";
import { t } from "../../shared/i18n";
import * as icons from "../../shared/icons/paths";
import { Icon } from "../parts";
import { forget, recall } from "./kept";

type Module = typeof import("./module");

export interface Call {
  up: boolean;
  bar: ComponentChild;
  begin: () => void;
}

export function useCall(client: ConversationClient, conversation: string, seen: boolean): Call {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  const loaded = useRef<{ module: Module; calling: InstanceType<Module["Calling"]> } | null>(null);
  const gone = useRef(false);
  const [failed, setFailed] = useState(false);
  const load = async (run: (calling: InstanceType<Module["Calling"]>) => Promise<void>): Promise<void> => {
    setFailed(false);
    const module = await import("./module").catch(() => null);
    if (gone.current) return;
    if (!module) return failure();
    loaded.current ??= { module, calling: new module.Calling(client, conversation, seen, () => redraw(null)) };
    await run(loaded.current.calling);
  };
  const failure = (): void => {
    const kept = recall(conversation);
    if (kept) void client.request("call_end", { conversation, call: kept.call });
    forget(conversation);
    setFailed(true);
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
    bar: failed ? <NotLoaded onDismiss={() => setFailed(false)} /> : found && <found.module.CallBar calling={found.calling} onDismiss={() => found.calling.dismiss()} />,
    begin: () => void load((calling) => calling.call()),
  };
}

function NotLoaded({ onDismiss }: { onDismiss: () => void }) {
  return (
    <section class="call over" aria-label={t("Call")}>
      <p role="alert">{t("The call could not be started. You can go on writing.")}</p>
      <button type="button" class="tool" aria-label={t("Close")} title={t("Close")} onClick={onDismiss}>
        <Icon paths={icons.close} />
      </button>
    </section>
  );
}
