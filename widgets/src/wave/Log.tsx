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
  /** Whether the newest line is in sight. */
  onSight: (inSight: boolean) => void;
  onAgain: (clientId: string) => void;
  onEdit: (line: MessageLine) => void;
  phoneStates: ReadonlyMap<number, string>;
}

const NEAR_END_PX = 48;

export function Log({ conversation, me, readBefore, onSight, onAgain, onEdit, phoneStates }: Props) {
  const drawn = useMemo(() => lines(conversation, me, readBefore), [conversation, me, readBefore]);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [missed, setMissed] = useState(false);
  const sight = useRef(onSight);
  sight.current = onSight;

  const look = useCallback(() => {
    const element = box.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd.current) setMissed(false);
    sight.current(atEnd.current);
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    const newest = drawn.at(-1);
    if (!element || !newest) return;
    const ownJustWritten = "mine" in newest && newest.mine && newest.seq === null;
    if (atEnd.current || ownJustWritten) element.scrollTop = element.scrollHeight;
    else setMissed(true);
    look();
  }, [drawn.length, look]);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const resized = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, []);

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
      {missed && (
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
