import { type ReactNode, useCallback, useContext, useEffect } from "react";

import { Loading } from "../../kit/Blank";
import { replace } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { useLoaded } from "../../kit/useLoaded";
import { levelOf, RightsContext } from "../rights";
import { isDone } from "./steps";

/** Where the administration begins: with the first steps while there are no extensions yet, else with `children`. */
export function Start({ children }: { children: ReactNode }) {
  const led = levelOf(useContext(RightsContext), "extensions") === "edit";
  return led ? <Led>{children}</Led> : children;
}

function Led({ children }: { children: ReactNode }) {
  const { api } = useSession();
  const { value: begun, failed } = useLoaded(useCallback(() => isDone(api, "extensions"), [api]));
  useEffect(() => {
    if (begun === false) replace("first-steps");
  }, [begun]);
  return begun || failed ? children : <Loading />;
}
