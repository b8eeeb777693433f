import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { filesOf } from "../shared/files";
import { t } from "../shared/i18n";
import * as icons from "../shared/icons/paths";
import { number } from "../shared/time";
import type { Config } from "./config";
import { Emoji } from "./emoji";
import { Attach, DropPlace } from "./files";
import { Icon } from "./parts";

interface ComposerProps {
  config: Config;
  draft: string;
  onInput: (text: string) => void;
  onSend: (text: string) => void;
  onFiles: (files: File[]) => void;
}

/** The box to write in. */
export function Composer({ config, draft, onInput, onSend, onFiles }: ComposerProps) {
  const limit = config.text_limit;
  const takesFiles = config.file_upload !== "none";
  const box = useRef<HTMLTextAreaElement>(null);
  const length = [...draft].length; // code points, as the server counts
  const over = length > limit;
  const ready = draft.trim() !== "" && !over;
  useLayoutEffect(() => {
    const element = box.current!;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);
  useEffect(() => {
    // Whoever pressed Start Chat wants to write; a phone's keyboard would hide what is said, so not there.
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost && document.hasFocus() && !matchMedia("(pointer: coarse)").matches) box.current?.focus();
  }, []);
  const send = (): void => {
    if (!ready) return;
    onSend(draft.trim());
    box.current?.focus();
  };
  const put = (emoji: string): void => {
    const element = box.current!;
    element.setRangeText(emoji, element.selectionStart, element.selectionEnd, "end");
    element.focus();
    onInput(element.value);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent): void => {
    const files = filesOf(event.clipboardData);
    if (!takesFiles || files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    onFiles(files);
  };
  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), send())}>
      {takesFiles && <DropPlace onFiles={onFiles} />}
      {takesFiles && <Attach imagesOnly={config.file_upload === "images"} onFiles={onFiles} />}
      <Emoji onPick={put} />
      <label class="visually-hidden" for="message">
        {t("Message")}
      </label>
      <textarea id="message" ref={box} rows={1} dir={draft ? "auto" : undefined} enterkeyhint="send" value={draft} placeholder={t("Write a message …")} aria-invalid={over || undefined} aria-describedby={length > limit * 0.9 ? "count" : undefined} onInput={(event) => onInput(event.currentTarget.value)} onKeyDown={key} onPaste={paste} />
      <button type="submit" class="send" aria-label={t("Send")} title={t("Send")} disabled={!ready}>
        <Icon paths={icons.send} />
      </button>
      {length > limit * 0.9 && (
        <p id="count" class={over ? "count over" : "count"} role={over ? "alert" : undefined}>
          {over ? t("Too long by {n} characters.", { n: number(length - limit) }) : t("{n} of {limit} characters", { n: number(length), limit: number(limit) })}
        </p>
      )}
    </form>
  );
}
