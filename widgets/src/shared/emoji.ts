/** A board of emoji, for those whose keyboard has none: what stands on it, and how keys lead over it. */

/** Such as older systems draw, too. Screen readers name them in the reader's own language. */
export const EMOJI: readonly string[] = [
  ..."😀😃😄😁😅😂🙂😉😊😇😍😘😜🤔😐🙄😕😟😢😭😡😱😴🤗👍👎👌👏🙏👋💪🎉🎁🎂🍀⭐✅❌❓❗⏰📅📎🚀",
  "❤️",
  "💔",
  "☕",
  "✌️",
];

/** Where a key leads from one of `count` that stand in rows of `columns`; null: the key is none of the board's. */
export function stepped(key: string, at: number, count: number, columns: number, rightToLeft: boolean): number | null {
  const ahead = rightToLeft ? -1 : 1;
  const steps: Record<string, number> = { ArrowRight: ahead, ArrowLeft: -ahead, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: count - 1 - at };
  const step = steps[key];
  if (step === undefined) return null;
  const to = at + step;
  return to >= 0 && to < count ? to : at;
}

/** Moves the focus over a board's buttons as a key asks: one stop for Tab, arrows from there. */
export function steer(board: HTMLElement, event: Pick<KeyboardEvent, "key" | "preventDefault">): void {
  const buttons = [...board.querySelectorAll("button")];
  const columns = buttons.filter((each) => each.offsetTop === buttons[0]?.offsetTop).length;
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const to = stepped(event.key, at, buttons.length, columns, getComputedStyle(board).direction === "rtl");
  if (at < 0 || to === null) return;
  event.preventDefault();
  buttons[to]?.focus();
}
