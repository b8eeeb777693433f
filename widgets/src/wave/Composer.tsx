import { ActionIcon, Button, Textarea } from "@mantine/core";
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { filesOf } from "../shared/files";
import { nt, t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import styles from "./Composer.module.css";
import { Emoji } from "./Emoji";
import { Attach } from "./FileBubble";
import { type Named, openMention, suggestions } from "./mentions";
import { filledIn, matching, openSlash, type QuickReply } from "../kit/quick-replies/quick-replies";
import { type Suggestion, Suggestions } from "./Suggestions";

const TEXT_LIMIT = 8000;

interface Props {
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  onTyping: () => void;
  /** Files that were chosen or pasted; left out where none are taken. */
  onFiles?: (files: File[]) => void;
  /** Notes are offered where somebody outside reads along. */
  note?: { on: boolean; toggle: () => void };
  /** Why nothing can be written now. */
  closed: string | null;
  focusKey: string;
  /** What is being answered or edited, above the box; Escape lets go of it. */
  about?: { title: string; text: string; leave: () => void } | null;
  /** Who can be named with @. */
  people?: readonly Named[];
  /** Texts at hand after a slash, what stands for their variables, and where they are kept. */
  replies?: { items: readonly QuickReply[]; variables: Readonly<Record<string, string>>; manage: () => void };
  /** Arrow up in an empty box: take up one's last message. */
  onEditLast?: () => void;
  /** Whether Enter sends; otherwise it begins a line, and Control and Enter send. */
  enterSends?: boolean;
}

export function Composer({ text, onText, onSend, onTyping, onFiles, note, closed, focusKey, about, people = [], replies, onEditLast, enterSends = true }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const listId = useId();
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const mention = people.length > 0 && caret <= text.length ? openMention(text, caret) : null;
  const slash = !mention && replies && caret <= text.length ? openSlash(text, caret) : null;
  const open = mention ?? slash;
  const offered = !open || open.from === dismissed ? [] : mention ? suggestions(mention.query, people).map(namedSuggestion) : matching(open.query, replies?.items ?? []).map((reply) => replySuggestion(reply, replies?.variables ?? {}));
  const picked = Math.min(chosen, offered.length - 1);
  const left = TEXT_LIMIT - [...text].length;

  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read.
    if (matchMedia("(pointer: fine)").matches) box.current?.focus({ preventScroll: true });
  }, [focusKey]);

  if (closed !== null) {
    return <p className={styles.closed}>{closed}</p>;
  }

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (text.trim() === "" || left < 0) return;
    onSend();
    box.current?.focus();
  }

  function insert(suggestion: Suggestion): void {
    if (open) put(suggestion.text, open.from, caret);
  }

  /** Writes something in the place of what stands there. */
  function put(written: string, from: number, to: number): void {
    const at = from + written.length;
    // Before the next key: one that came before the caret is placed would be written behind it.
    flushSync(() => {
      onText(text.slice(0, from) + written + text.slice(to));
      setCaret(at);
      setChosen(0);
    });
    box.current?.focus();
    box.current?.setSelectionRange(at, at);
  }

  /** Keys that belong to the list while it is open. */
  function chose(event: KeyboardEvent): boolean {
    if (offered.length === 0) return false;
    const suggestion = offered[picked];
    if (event.key === "ArrowDown") setChosen((picked + 1) % offered.length);
    else if (event.key === "ArrowUp") setChosen((picked + offered.length - 1) % offered.length);
    else if (event.key === "Escape") setDismissed(open?.from ?? null);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && suggestion) insert(suggestion);
    else return false;
    return true;
  }

  function pressed(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const sends = event.key === "Enter" && !event.shiftKey && (enterSends || event.ctrlKey || event.metaKey);
    if (chose(event)) event.preventDefault();
    else if (sends) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && about) about.leave();
    else if (event.key === "ArrowUp" && text === "" && onEditLast) {
      event.preventDefault();
      onEditLast();
    }
  }

  function pasted(event: ClipboardEvent): void {
    const files = filesOf(event.clipboardData);
    if (!onFiles || files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    onFiles(files);
  }

  const noting = note?.on ?? false;
  return (
    <form className={styles.composer} data-note={noting || undefined} onSubmit={submit}>
      {noting && (
        <p className={styles.hint} id={hintId}>
          <Icon name="note" size={16} />
          {t("Internal note: colleagues read it, the visitor never does.")}
        </p>
      )}
      {about && (
        <Bar title={about.title} leave={about.leave}>
          {about.text}
        </Bar>
      )}
      {offered.length > 0 && <Suggestions id={listId} label={mention ? t("People to mention") : t("Quick replies")} suggestions={offered} picked={picked} insert={insert} />}
      <div className={styles.row}>
        {onFiles && <Attach onFiles={onFiles} />}
        <Emoji onPick={(emoji) => put(emoji, box.current?.selectionStart ?? text.length, box.current?.selectionEnd ?? text.length)} />
        {replies && (
          <ActionIcon variant="subtle" color="gray" size={42} radius="xl" aria-label={t("Quick replies")} title={t("Quick replies: / in the message box")} onClick={replies.manage}>
            <Icon name="reply" size={20} />
          </ActionIcon>
        )}
        <Textarea
          ref={box}
          className={styles.box}
          aria-label={noting ? t("Note") : t("Message")}
          aria-describedby={noting ? hintId : undefined}
          placeholder={noting ? t("Write an internal note") : t("Write a message")}
          value={text}
          {...(offered.length > 0 ? { role: "combobox", "aria-expanded": true, "aria-controls": listId, "aria-activedescendant": `${listId}-${offered[picked]?.id}` } : {})}
          onSelect={(event) => setCaret(event.currentTarget.selectionEnd)}
          onChange={(event) => {
            const { value, selectionEnd } = event.currentTarget;
            setCaret(selectionEnd);
            setChosen(0);
            if (!openMention(value, selectionEnd) && !openSlash(value, selectionEnd)) setDismissed(null);
            onText(value);
            if (!noting && event.currentTarget.value.trim() !== "") onTyping();
          }}
          onKeyDown={pressed}
          onPaste={pasted}
          error={left < 0 ? nt("{n} character too long", "{n} characters too long", -left) : undefined}
          rows={rowsOf(text)}
          resize="none"
          dir="auto"
          enterKeyHint={enterSends ? "send" : "enter"}
        />
        {note && (
          <Button
            variant={noting ? "light" : "subtle"}
            color={noting ? "yellow" : "gray"}
            className={styles.note}
            aria-pressed={noting}
            onClick={() => {
              note.toggle();
              box.current?.focus();
            }}
            leftSection={<Icon name="note" size={17} />}
          >
            {t("Note")}
          </Button>
        )}
        <ActionIcon type="submit" size={42} radius="xl" className={styles.send} aria-label={t("Send")} disabled={text.trim() === "" || left < 0}>
          <Icon name="send" size={20} />
        </ActionIcon>
      </div>
      {left >= 0 && left < 500 && <p className={styles.count}>{nt("{n} character left", "{n} characters left", left)}</p>}
    </form>
  );
}

function namedSuggestion({ name, number }: Named): Suggestion {
  const shown = (
    <>
      <bdi>@{name}</bdi> <small>{number === name ? t("Everybody in this chat") : number}</small>
    </>
  );
  return { id: number, text: `@${name} `, shown };
}

function replySuggestion({ id, title, body }: QuickReply, variables: Readonly<Record<string, string>>): Suggestion {
  const text = filledIn(body, variables);
  const shown = (
    <>
      <b dir="auto">{title}</b> <small dir="auto">{text}</small>
    </>
  );
  return { id, text, shown };
}

function rowsOf(text: string): number {
  return Math.min(8, Math.max(1, text.split("\n").length, Math.ceil(text.length / 90)));
}

function Bar({ title, leave, children }: { title: string; leave: () => void; children: ReactNode }) {
  return (
    <div className={styles.about}>
      <span className={styles.words}>
        <b>{title}</b>
        <span dir="auto">{children}</span>
      </span>
      <ActionIcon variant="subtle" color="gray" aria-label={t("Cancel")} onClick={leave}>
        <Icon name="close" size={18} />
      </ActionIcon>
    </div>
  );
}
