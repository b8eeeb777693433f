import { type ReactNode, useEffect, useRef, useState } from "react";

import { Confirm } from "../Confirm";
import { holdRoute } from "../route";
import { t } from "../../shared/i18n";

interface Unsaved {
  /** What was typed is safe, or given up: the page may be left from now on. */
  release: () => void;
  /** Where somebody means to go who chose another page meanwhile; the question is withdrawn. */
  takeLeaving: () => (() => void) | null;
  /** To be drawn beside the form. */
  question: ReactNode;
}

/** Asks before a page is left whose form holds what is not saved. */
export function useUnsaved(dirty: boolean): Unsaved {
  const [leave, setLeave] = useState<(() => void) | null>(null);
  const leaving = useRef<(() => void) | null>(null);
  const held = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (!dirty) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", warn);
    const letGo = holdRoute((goOn) => {
      leaving.current = goOn;
      setLeave(() => goOn);
    });
    held.current = () => {
      removeEventListener("beforeunload", warn);
      letGo();
    };
    return held.current;
  }, [dirty]);

  const release = (): void => held.current();

  function takeLeaving(): (() => void) | null {
    const goOn = leaving.current;
    leaving.current = null;
    setLeave(null);
    return goOn;
  }

  return {
    release,
    takeLeaving,
    question: (
      <Confirm
        opened={leave !== null}
        title={t("Leave without saving?")}
        text={t("What you changed on this page is not saved yet.")}
        action={t("Leave")}
        danger
        onConfirm={() => {
          release();
          leave?.();
        }}
        onClose={() => void takeLeaving()}
      />
    ),
  };
}
