import { Button } from "@mantine/core";
import { type KeyboardEvent, memo, useRef, useState } from "react";

import type { Api } from "../shared/api";
import type { Conversation } from "../shared/conversation";
import type { IconName } from "../shared/icons";
import { t } from "../shared/i18n";
import { linkify } from "../shared/linkify";
import { clock, day, fullTime } from "../shared/time";
import type { Me } from "../shared/wire";
import { Icon } from "../kit/Icon";
import { FileOnItsWay, ShownFile } from "./FileBubble";
import styles from "./Log.module.css";
import type { Line, MessageLine, MessageState } from "./lines";
import { type Named, splitMentions } from "./mentions";
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

interface RowProps {
  line: Line;
  onAgain: (clientId: string) => void;
  onEdit: (line: MessageLine) => void;
  onCancel: (clientId: string) => void;
  api: Api;
  phoneState: string | undefined;
  onMenu: (menu: OpenMenu) => void;
  menuOpen: boolean;
  onQuote: (seq: number) => void;
  people: readonly Named[];
  marked: boolean;
  /** Not all of the log is drawn: the line says which it is. */
  partial: boolean;
  me: Me;
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

function Bubble({ line, onAgain, onEdit, onCancel, api, phoneState, onMenu, menuOpen, onQuote, people, marked, partial, me }: RowProps & { line: MessageLine }) {
  const place = partial && line.seq !== null ? { role: "article", "aria-posinset": line.seq, "aria-setsize": -1 } : {};
  return (
    <div {...place} className={styles.message} data-seq={line.seq ?? undefined} data-marked={marked || undefined} data-mine={line.mine || undefined} data-note={line.kind === "note" || undefined} data-first={line.first || undefined}>
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
      <div className={styles.bubble} data-state={line.state ?? undefined} data-deleted={line.deleted || undefined}>
        {line.quote && <QuotedMessage quote={line.quote} onQuote={onQuote} />}
        {line.file && !line.deleted ? (
          <ShownFile file={line.file} api={api} />
        ) : line.outgoing ? (
          <FileOnItsWay file={line.outgoing} moving={line.state !== "refused"} onCancel={line.seq === null && line.clientId ? () => onCancel(line.clientId ?? "") : null} />
        ) : (
          <span className={styles.text} dir="auto">
            <Words line={line} people={people} me={me} />
          </span>
        )}
        <span className={styles.meta}>
          {line.edited && !line.deleted && <span>{t("Edited")}</span>}
          <time dateTime={new Date(line.at).toISOString()} title={fullTime(line.at)}>
            {clock(line.at)}
          </time>
          {line.state && <State state={line.state} />}
        </span>
        {line.seq !== null && (
          <button
            type="button"
            className={styles.options}
            aria-label={t("Message options")}
            aria-haspopup="menu"
            aria-expanded={menuOpen}
            onClick={(event) => onMenu({ line, button: event.currentTarget })}
          >
            <Icon name="more" size={18} />
          </button>
        )}
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
          {line.clientId && !line.final && (
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => onAgain(line.clientId ?? "")}>
              {t("Try again")}
            </Button>
          )}
          {!line.outgoing && (
            <Button size="compact-xs" variant="subtle" color="red" onClick={() => onEdit(line)}>
              {t("Edit")}
            </Button>
          )}
        </span>
      )}
    </div>
  );
}

function Words({ line, people, me }: { line: MessageLine; people: readonly Named[]; me: Me }) {
  if (line.deleted) return <em>{line.text}</em>;
  const named = line.mentions.length > 0 ? [...people, { number: me.id, name: me.name }].filter(({ number }) => line.mentions.includes(number)) : [];
  return linkify(line.text).map((part, index) =>
    typeof part !== "string" ? (
      <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
        {part.text}
      </a>
    ) : line.mentions.length === 0 ? (
      part
    ) : (
      splitMentions(part, named).map((each, place) =>
        typeof each === "string" ? (
          each
        ) : (
          <b key={`${index}.${place}`} className={styles.mention} data-me={each.number === me.id || undefined}>
            {each.text}
          </b>
        ),
      )
    ),
  );
}

function QuotedMessage({ quote, onQuote }: { quote: NonNullable<MessageLine["quote"]>; onQuote: (seq: number) => void }) {
  if (quote.text === null) return <span className={styles.quote}>{t("The message this answers cannot be shown.")}</span>;
  return (
    <button type="button" className={styles.quote} onClick={() => onQuote(quote.seq)} aria-label={t("Answer to {name}: {text}", { name: quote.name, text: quote.text })}>
      <b dir="auto">{quote.name}</b>
      <span dir="auto">{quote.text}</span>
    </button>
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
