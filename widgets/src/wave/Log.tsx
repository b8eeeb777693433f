import { Button } from "@mantine/core";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { Conversation } from "../shared/conversation";
import type { IconName } from "../shared/icons";
import { t } from "../shared/i18n";
import { linkify } from "../shared/linkify";
import { clock, day, fullTime } from "../shared/time";
import type { Me } from "../shared/wire";
import { Icon } from "../kit/Icon";
import styles from "./Log.module.css";
import { lines, type Line, type MessageLine, type MessageState } from "./lines";

interface Props {
  conversation: Conversation;
  me: Me;
  readBefore: number | null;
  /** Said when all that came has been in sight of somebody who looks at this page. */
  onSeen: (seq: number) => void;
  onAgain: (clientId: string) => void;
  onEdit: (line: MessageLine) => void;
  phoneStates: ReadonlyMap<number, string>;
}

const NEAR_END_PX = 48;

export function Log({ conversation, me, readBefore, onSeen, onAgain, onEdit, phoneStates }: Props) {
  const drawn = useMemo(() => lines(conversation, me, readBefore), [conversation, me, readBefore]);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [missed, setMissed] = useState(0);
  const last = conversation.last;

  const look = useCallback(() => {
    const element = box.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (!atEnd.current) return;
    setMissed(0);
    if (document.visibilityState === "visible" && document.hasFocus()) onSeen(last);
  }, [last, onSeen]);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (atEnd.current || drawn.at(-1)?.kind !== "day") {
      const own = drawn.at(-1);
      const mine = own !== undefined && "mine" in own && own.mine;
      if (atEnd.current || mine) element.scrollTop = element.scrollHeight;
      else setMissed((count) => count + 1);
    }
    look();
    // `look` changes with `last` alone, which `drawn` follows.
  }, [drawn.length, last]);

  useEffect(() => {
    const element = box.current;
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    const resized = new ResizeObserver(() => {
      if (element && atEnd.current) element.scrollTop = element.scrollHeight;
    });
    if (element) resized.observe(element);
    return () => {
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
      resized.disconnect();
    };
  }, [look]);

  function toEnd(): void {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    look();
  }

  return (
    <div className={styles.frame}>
      <div className={styles.log} ref={box} role="log" aria-label={t("Conversation")} tabIndex={0} onScroll={look}>
        <div className={styles.lines}>
          {drawn.map((line) => (
            <Row key={line.key} line={line} onAgain={onAgain} onEdit={onEdit} phoneState={"seq" in line && line.seq !== null ? phoneStates.get(line.seq) : undefined} />
          ))}
        </div>
      </div>
      {missed > 0 && (
        <Button className={styles.jump} size="compact-sm" radius="xl" onClick={toEnd} leftSection={<Icon name="down" size={16} />}>
          {t("New messages")}
        </Button>
      )}
    </div>
  );
}

interface RowProps {
  line: Line;
  onAgain: (clientId: string) => void;
  onEdit: (line: MessageLine) => void;
  phoneState: string | undefined;
}

function Row({ line, onAgain, onEdit, phoneState }: RowProps) {
  switch (line.kind) {
    case "day":
      return (
        <div className={styles.day}>
          <span>{day(line.at)}</span>
        </div>
      );
    case "new":
      return (
        <div className={styles.new}>
          <span>{t("New")}</span>
        </div>
      );
    case "fact":
      return (
        <p className={styles.fact}>
          <span dir="auto">{line.text}</span> <time dateTime={line.at}>{clock(line.at)}</time>
        </p>
      );
    default:
      return <Bubble line={line} onAgain={onAgain} onEdit={onEdit} phoneState={phoneState} />;
  }
}

function Bubble({ line, onAgain, onEdit, phoneState }: RowProps & { line: MessageLine }) {
  return (
    <div className={styles.message} data-mine={line.mine || undefined} data-note={line.kind === "note" || undefined} data-first={line.first || undefined}>
      {line.first ? (
        <span className={styles.name}>
          {line.kind === "note" && (
            <span className={styles.tag}>
              <Icon name="note" size={14} />
              {t("Internal note")}
            </span>
          )}
          <span dir="auto" className={line.mine && line.kind === "message" ? "visually-hidden" : undefined}>
            {line.mine ? t("You") : line.name}
          </span>
          {line.phone && (
            <span className={styles.tag}>
              <Icon name="phone" size={13} />
              {t("Phone")}
            </span>
          )}
        </span>
      ) : (
        <span className="visually-hidden">{line.mine ? t("You") : line.name}</span>
      )}
      <div className={styles.bubble} data-state={line.state ?? undefined}>
        <span className={styles.text} dir="auto">
          {linkify(line.text).map((part, index) =>
            typeof part === "string" ? (
              part
            ) : (
              <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
                {part.text}
              </a>
            ),
          )}
        </span>
        <span className={styles.meta}>
          <time dateTime={new Date(line.at).toISOString()} title={fullTime(line.at)}>
            {clock(line.at)}
          </time>
          {line.state && <State state={line.state} />}
        </span>
      </div>
      {phoneState && (
        <span className={styles.aside}>
          <Icon name="phone" size={13} />
          {phoneWords(phoneState)}
        </span>
      )}
      {line.state === "late" && <span className={styles.aside}>{t("Not sent yet – will keep trying.")}</span>}
      {line.state === "refused" && (
        <span className={styles.problem} role="alert">
          <span dir="auto">{line.problem}</span>
          {line.clientId && (
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => onAgain(line.clientId ?? "")}>
              {t("Try again")}
            </Button>
          )}
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => onEdit(line)}>
            {t("Edit")}
          </Button>
        </span>
      )}
    </div>
  );
}

function State({ state }: { state: MessageState }) {
  const [icon, words] = stateLook(state);
  return (
    <span className={styles.state} data-state={state} title={words}>
      <Icon name={icon} size={15} />
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

function stateLook(state: MessageState): [IconName, string] {
  switch (state) {
    case "sending":
    case "late":
      return ["clock", t("Sending")];
    case "sent":
      return ["check", t("Sent")];
    case "delivered":
      return ["checks", t("Delivered")];
    case "read":
      return ["checks", t("Read")];
    case "refused":
      return ["alert", t("Not sent")];
  }
}

function phoneWords(state: string): string {
  switch (state) {
    case "pending":
      return t("On its way to the phone");
    case "delivered":
    case "accepted":
      return t("Delivered to the phone");
    case "offline":
      return t("The phone is offline");
    case "unsupported":
      return t("The phone takes no messages");
    default:
      return t("The phone did not get it");
  }
}
