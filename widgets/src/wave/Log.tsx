import { Button } from "@mantine/core";
import { type KeyboardEvent, memo, useRef, useState } from "react";

import type { Api } from "../shared/api";
import type { Conversation } from "../shared/conversation";
import { t } from "../shared/i18n";
import { clock, day } from "../shared/time";
import type { Me } from "../shared/wire";
import { Icon } from "../kit/Icon";
import { Bubble, type BubbleProps } from "./Bubble";
import styles from "./Log.module.css";
import type { Line, MessageLine } from "./lines";
import type { Named } from "./mentions";
import { type MessageActions, MessageMenu, type OpenMenu } from "./MessageMenu";
import { useLogPart } from "./useLogPart";

interface Props {
  conversation: Conversation;
  me: Me;
  readBefore: number | null;
  /** Whether the newest line is in sight. */
  onSight: (inSight: boolean) => void;
  onAgain: (clientId: string) => void;
  onEdit: (line: MessageLine) => void;
  onCancel: (clientId: string) => void;
  api: Api;
  phoneStates: ReadonlyMap<number, string>;
  actions: MessageActions;
  /** Whom a text may name. */
  people: readonly Named[];
  /** The message that was searched for: it is brought into sight and marked. */
  target: number | null;
}

export function Log({ conversation, me, readBefore, onSight, onAgain, onEdit, onCancel, api, phoneStates, actions, people, target }: Props) {
  const { box, drawn, offset, missed, look, toStart, toEnd, bringIntoSight } = useLogPart({ conversation, me, readBefore, target, onSight });
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const acts = useRef({ onAgain, onEdit, onCancel, bringIntoSight });
  acts.current = { onAgain, onEdit, onCancel, bringIntoSight };
  // The same for all lines and all times, so that a line is drawn again only when it has changed.
  const [does] = useState(() => ({
    onAgain: (clientId: string) => acts.current.onAgain(clientId),
    onEdit: (line: MessageLine) => acts.current.onEdit(line),
    onCancel: (clientId: string) => acts.current.onCancel(clientId),
    onQuote: (seq: number) => acts.current.bringIntoSight(seq),
  }));

  /** The keys that lead to the ends of a page lead to those of the whole log. */
  function pressed(event: KeyboardEvent): void {
    if (offset === null || (event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    if (event.key === "Home") toStart();
    else toEnd();
  }

  return (
    <div className={styles.frame}>
      <div className={styles.log} ref={box} role="log" aria-label={t("Conversation")} tabIndex={0} onScroll={look} onKeyDown={pressed}>
        <div className={styles.lines}>
          {drawn.map((line) => (
            <Row
              key={line.key}
              line={line}
              {...does}
              api={api}
              phoneState={"seq" in line && line.seq !== null ? phoneStates.get(line.seq) : undefined}
              onMenu={setMenu}
              menuOpen={menu !== null && menu.line.key === line.key}
              people={people}
              marked={target !== null && "seq" in line && line.seq === target}
              partial={offset !== null}
              me={me}
            />
          ))}
        </div>
      </div>
      <MessageMenu open={menu} actions={actions} onClose={() => setMenu(null)} />
      {missed && (
        <Button className={styles.jump} size="compact-sm" radius="xl" onClick={toEnd} leftSection={<Icon name="down" size={16} />}>
          {t("New messages")}
        </Button>
      )}
    </div>
  );
}

interface RowProps extends Omit<BubbleProps, "line"> {
  line: Line;
}

const Row = memo(function Row({ line, ...rest }: RowProps) {
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
      return <Bubble line={line} {...rest} />;
  }
}, sameRow);

/** Lines are made anew with each change of the conversation; most say the same as before. */
function sameRow(before: RowProps, now: RowProps): boolean {
  const { line: old, ...rest } = before;
  const { line, ...others } = now;
  return same(rest, others) && same(old, line);
}

function same(before: object, now: object): boolean {
  const keys = Object.keys(now) as (keyof typeof now)[];
  return keys.length === Object.keys(before).length && keys.every((key) => alike(before[key], now[key]));
}

const alike = (before: unknown, now: unknown): boolean => before === now || (isPlain(before) && isPlain(now) && JSON.stringify(before) === JSON.stringify(now));

/** Quotes and mentions: small and made anew; files keep their identity. */
const isPlain = (value: unknown): boolean => Array.isArray(value) || (typeof value === "object" && value !== null && "seq" in value);
