/** The call of one chat; what it takes is loaded when it is first wanted. */
import type { ComponentChild } from "preact";
import { useEffect, useReducer, useRef } from "preact/hooks";
import type { ConversationClient } from "../../shared/client";
import { recall } from "./kept";

type Module = typeof import("./module");

export interface Call {
  up: boolean;
  bar: ComponentChild;
  begin: () => void;
}

export function useCall(client: ConversationClient, conversation: string): Call {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  const loaded = useRef<{ module: Module; calling: InstanceType<Module["Calling"]> } | null>(null);
  const load = async (): Promise<InstanceType<Module["Calling"]>> => {
    const module = await import("./module");
    loaded.current ??= { module, calling: new module.Calling(client, conversation, () => redraw(null)) };
    return loaded.current.calling;
  };
  useEffect(() => {
    if (recall(conversation)) void load().then((calling) => calling.resume());
    return () => loaded.current?.calling.stop();
  }, []);
  const found = loaded.current;
  return {
    up: found !== null && found.module.isUp(found.calling.state),
    bar: found && <found.module.CallBar calling={found.calling} onDismiss={() => found.calling.dismiss()} />,
    begin: () => void load().then((calling) => calling.call()),
  };
}
