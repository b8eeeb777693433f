import { ActionIcon, Button, Textarea } from "@mantine/core";
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

import { filesOf } from "../shared/files";
import { nt, t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import styles from "./Composer.module.css";
import { Attach } from "./FileBubble";
import { type Named, openMention, suggestions } from "./mentions";

export const TEXT_LIMIT = 8000;

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
  /** Arrow up in an empty box: take up one's last message. */
  onEditLast?: () => void;
  /** Whether Enter sends; otherwise it begins a line, and Control and Enter send. */
  enterSends?: boolean;
}

export function Composer({ text, onText, onSend, onTyping, onFiles, note, closed, focusKey, about, people = [], onEditLast, enterSends = true }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const listId = useId();
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const mention = people.length > 0 && caret <= text.length ? openMention(text, caret) : null;
  const offered = mention && mention.from !== dismissed ? suggestions(mention.query, people) : [];
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

  function insert(person: Named): void {
    if (!mention) return;
    const name = `@${person.name} `;
    onText(text.slice(0, mention.from) + name + text.slice(caret));
    const at = mention.from + name.length;
    setCaret(at);
    setChosen(0);
    requestAnimationFrame(() => box.current?.setSelectionRange(at, at));
    box.current?.focus();
  }

  /** Keys that belong to the list of names while it is open. */
  function chose(event: KeyboardEvent): boolean {
    if (offered.length === 0) return false;
    const person = offered[picked];
    if (event.key === "ArrowDown") setChosen((picked + 1) % offered.length);
    else if (event.key === "ArrowUp") setChosen((picked + offered.length - 1) % offered.length);
    else if (event.key === "Escape") setDismissed(mention?.from ?? null);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && person) insert(person);
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
      {offered.length > 0 && (
        <ul className={styles.names} id={listId} role="listbox" aria-label={t("People to mention")}>
          {offered.map((person, index) => (
            <li key={person.number} id={`${listId}-${person.number}`} role="option" aria-selected={index === picked} onPointerDown={(event) => event.preventDefault()} onClick={() => insert(person)}>
              <bdi>@{person.name}</bdi> <small>{person.number === person.name ? t("Everybody in this chat") : person.number}</small>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.row}>
        {onFiles && <Attach onFiles={onFiles} />}
        <Textarea
          ref={box}
          className={styles.box}
          aria-label={noting ? t("Note") : t("Message")}
          aria-describedby={noting ? hintId : undefined}
          placeholder={noting ? t("Write an internal note") : t("Write a message")}
          value={text}
          {...(offered.length > 0 ? { role: "combobox", "aria-expanded": true, "aria-controls": listId, "aria-activedescendant": `${listId}-${offered[picked]?.number}` } : {})}
          onSelect={(event) => setCaret(event.currentTarget.selectionEnd)}
          onChange={(event) => {
            setCaret(event.currentTarget.selectionEnd);
            setDismissed(null);
            onText(event.currentTarget.value);
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
