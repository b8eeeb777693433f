/** Emoji for the message box: a button, and a board above the box. */
import { useEffect, useRef, useState } from "preact/hooks";
import { EMOJI, steer } from "../shared/emoji";
import { t } from "../shared/i18n";
import * as icons from "../shared/icons/paths";
import { Icon } from "./parts";

/** Hidden where fingers write: their keyboards have emoji of their own. */
export function Emoji({ onPick }: { onPick: (emoji: string) => void }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const board = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) board.current?.querySelector("button")?.focus();
  }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return steer(board.current!, event);
    event.preventDefault(); // the chat stays open
    close();
  };
  const pick = (emoji: string): void => {
    setOpen(false);
    onPick(emoji);
  };
  return (
    <div class="emoji" onFocusOut={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget as Node | null) && setOpen(false)}>
      <button type="button" class="tool" ref={button} aria-label={t("Emoji")} title={t("Emoji")} aria-expanded={open} onMouseDown={keepsFocus} onClick={() => (open ? close() : setOpen(true))}>
        <Icon paths={icons.smile} />
      </button>
      {open && (
        <div class="board" ref={board} role="group" aria-label={t("Emoji")} onMouseDown={keepsFocus} onKeyDown={pressed}>
          {EMOJI.map((each, index) => (
            <button type="button" key={each} tabIndex={index === 0 ? 0 : -1} onClick={() => pick(each)}>
              {each}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** A click on it must not look as if the focus had left the board. */
const keepsFocus = (event: Event): void => event.preventDefault();
