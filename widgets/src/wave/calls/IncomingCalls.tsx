import { useEffect, useRef } from "react";

import { t } from "../../shared/i18n";
import { Icon } from "../../kit/Icon";
import { useDesk } from "../context";
import { type Call, isIncoming } from "./call";
import { Choice } from "./CallCard";
import { usePhone } from "./context";
import styles from "./IncomingCalls.module.css";
import { nameOf } from "./words";

/** Who calls, over whatever view is open, in every tab. */
export function IncomingCalls() {
  const { state } = usePhone();
  const incoming = state.calls.filter(isIncoming);
  return (
    <div className={styles.place}>
      {incoming.map((call) => (
        <Incoming key={call.id} call={call} waits={state.calls.some((other) => other.phase === "talking")} />
      ))}
    </div>
  );
}

function Incoming({ call, waits }: { call: Call; waits: boolean }) {
  const desk = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const name = nameOf(call, desk.contacts);
  useEffect(() => {
    // Whoever writes goes on writing: a key pressed for a letter must not answer.
    const before = document.activeElement;
    if (!isTyping(before)) box.current?.focus();
    return () => {
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);
  const [title, words] = [`incoming-${call.id}`, `incoming-words-${call.id}`];
  return (
    <div ref={box} tabIndex={-1} role="alertdialog" aria-labelledby={title} aria-describedby={words} className={styles.box}>
      <span className={styles.bell}>
        <Icon name="phone" size={24} />
      </span>
      <div className={styles.words}>
        <h2 id={title}>
          <bdi>{name}</bdi>
        </h2>
        <p id={words} role="alert">
          {waits ? t("{name} calls too. Answering holds your call.", { name }) : t("{name} calls.", { name })}
          {name !== call.number && call.number && <> {call.number}</>}
        </p>
      </div>
      <Choice call={call} />
    </div>
  );
}

function isTyping(element: Element | null): boolean {
  return element instanceof HTMLElement && (element.isContentEditable || element.matches("input, textarea, select"));
}
