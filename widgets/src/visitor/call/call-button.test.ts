import type { VNode } from "preact";
import { expect, test, vi } from "vitest";

vi.mock("../embed", () => ({ embedded: false, tellHost: () => undefined }));
const { CallButton } = await import("./CallButton");

type Props = Record<string, unknown>;

function drawn(up: boolean, busy: boolean): { button: Props; tip: Props | null; called: ReturnType<typeof vi.fn>; refused: ReturnType<typeof vi.fn> } {
  const [called, refused] = [vi.fn(), vi.fn()];
  const [button, tip] = (CallButton({ up, busy, onCall: called, onRefused: refused }) as VNode<{ children: (VNode<Props> | "")[] }>).props.children;
  (button as VNode<{ onClick: () => void }>).props.onClick();
  return { button: (button as VNode<Props>).props, tip: tip ? tip.props : null, called, refused };
}

test("while all lines are busy a press says so and calls nobody", () => {
  const { button, tip, called, refused } = drawn(false, true);
  expect(button["aria-disabled"]).toBe(true);
  expect(button["disabled"]).toBeUndefined(); // or no keyboard would reach its words
  expect(button["aria-describedby"]).toBe(tip!["id"]);
  expect(refused).toHaveBeenCalledWith(tip!["children"]);
  expect(called).not.toHaveBeenCalled();
});

test("with a free line it calls, and a call that is up takes no other", () => {
  const { button, tip, called } = drawn(false, false);
  expect(button["aria-disabled"]).toBeUndefined();
  expect(tip).toBeNull();
  expect(called).toHaveBeenCalledOnce();
  const own = drawn(true, true);
  expect(own.button["aria-disabled"]).toBe(true); // and the focus stays where it was
  expect(own.called).not.toHaveBeenCalled();
  expect(own.tip).toBeNull();
});
