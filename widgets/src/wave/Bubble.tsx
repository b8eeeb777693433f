import { Button } from "@mantine/core";

import type { Api } from "../shared/api";
import type { IconName } from "../shared/icons";
import { t } from "../shared/i18n";
import { linkify } from "../shared/linkify";
import { clock, fullTime } from "../shared/time";
import type { Me } from "../shared/wire";
import { Icon } from "../kit/Icon";
import { FileOnItsWay, ShownFile } from "./FileBubble";
import styles from "./Log.module.css";
import type { MessageLine, MessageState } from "./lines";
import { type Named, splitMentions } from "./mentions";
import type { OpenMenu } from "./MessageMenu";

export interface BubbleProps {
  line: MessageLine;
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

/** One message: who wrote it, what it says, and how far it came. */
export function Bubble({ line, onAgain, onEdit, onCancel, api, phoneState, onMenu, menuOpen, onQuote, people, marked, partial, me }: BubbleProps) {
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
