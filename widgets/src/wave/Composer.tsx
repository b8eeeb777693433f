import { ActionIcon, Button, Textarea } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef } from "react";

import { nt, t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import styles from "./Composer.module.css";

export const TEXT_LIMIT = 8000;

interface Props {
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  onTyping: () => void;
  /** Notes are offered where somebody outside reads along. */
  note?: { on: boolean; toggle: () => void };
  /** Why nothing can be written now. */
  closed: string | null;
  focusKey: string;
}

export function Composer({ text, onText, onSend, onTyping, note, closed, focusKey }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
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

  function pressed(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
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
      <div className={styles.row}>
        <Textarea
          ref={box}
          className={styles.box}
          aria-label={noting ? t("Note") : t("Message")}
          aria-describedby={noting ? hintId : undefined}
          placeholder={noting ? t("Write an internal note") : t("Write a message")}
          value={text}
          onChange={(event) => {
            onText(event.currentTarget.value);
            if (!noting && event.currentTarget.value.trim() !== "") onTyping();
          }}
          onKeyDown={pressed}
          error={left < 0 ? nt("{n} character too long", "{n} characters too long", -left) : undefined}
          rows={rowsOf(text)}
          resize="none"
          dir="auto"
          enterKeyHint="send"
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
