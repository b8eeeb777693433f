import { type ReactNode, useContext, useEffect } from "react";

import { Loading } from "../../kit/Blank";
import { replace } from "../../kit/route";
import { maySee, RightsContext } from "../rights";
import { useSteps } from "./steps";

/** Where the administration begins: with the first steps while one of them is left, else with `children`. */
export function Start({ children }: { children: ReactNode }) {
  const { value, failed } = useSteps();
  const led = maySee(useContext(RightsContext), "extensions");
  const left = led && (value?.some(({ done }) => !done) ?? false);
  useEffect(() => {
    if (left) replace("first-steps");
  }, [left]);
  return left || (value === null && !failed) ? <Loading /> : children;
}
