import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "react";

import type { Conversation } from "../shared/conversation";
import type { Me } from "../shared/wire";
import { around, drawnOf, earlier, first, hasEarlier, hasLater, later, type Part, standing, TAIL, tail } from "./log-window";
import { find, type Line, lines } from "./lines";

const NEAR_END_PX = 48;
/** Before one comes to an edge of what is drawn, more is. */
const NEAR_EDGE_PX = 900;
const STEADY_MS = 1_000;

interface Asked {
  conversation: Conversation;
  me: Me;
  readBefore: number | null;
  /** The message that was searched for. */
  target: number | null;
  onSight: (inSight: boolean) => void;
}

interface LogPart {
  box: RefObject<HTMLDivElement | null>;
  drawn: Line[];
  /** The place of the first drawn event among all; null where all are drawn. */
  offset: number | null;
  /** Messages came that are not in sight. */
  missed: boolean;
  look: () => void;
  toStart: () => void;
  toEnd: () => void;
  bringIntoSight: (seq: number) => void;
}

/** Draws of a long log what is read, keeps it in its place while more is drawn, and stays at the end where one is there. */
export function useLogPart({ conversation: latest, me, readBefore, target, onSight }: Asked): LogPart {
  const conversation = useSteady(latest);
  const { events } = conversation;
  const box = useRef<HTMLDivElement>(null);
  const [part, setPart] = useState<Part>(tail);
  const [missed, setMissed] = useState(false);
  const [from, to] = drawnOf(events, part);
  const drawn = useMemo(() => lines(conversation, me, readBefore, [from, to]), [conversation, me, readBefore, from, to]);
  const atEnd = useRef(true);
  const held = useRef<{ key: string; top: number } | null>(null);
  const sought = useRef<number | null>(null);
  const found = useRef<number | null>(null);
  const newest = useRef("");
  const sight = useRef(onSight);
  sight.current = onSight;

  /** Show another part; the line in sight stays where it is. Readers of the screen hear none of it. */
  const show = useCallback((next: Part) => {
    held.current = inSight(box.current);
    box.current?.setAttribute("aria-busy", "true");
    setPart(next);
  }, []);

  const look = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    const end = !hasLater(events, part);
    atEnd.current = end && below < NEAR_END_PX;
    if (atEnd.current) {
      setMissed(false);
      if (part !== tail) setPart(tail);
    } else if (held.current === null && element.scrollTop < NEAR_EDGE_PX && hasEarlier(events, part)) show(earlier(events, part));
    else if (held.current === null && below < NEAR_EDGE_PX && !end) show(later(events, part));
    else if (held.current === null && part === tail) setPart(standing(events)); // the text must not move under whoever reads
    sight.current(atEnd.current);
  }, [events, part, show]);

  useLayoutEffect(() => {
    const element = box.current;
    const last = drawn.at(-1);
    if (!element || !last) return;
    const came = conversation.last !== Number(newest.current.split(" ")[0]) || last.key !== newest.current.split(" ")[1];
    newest.current = `${conversation.last} ${last.key}`;
    if (sought.current !== null && scrollTo(element, sought.current)) sought.current = null;
    else if (held.current) keep(element, held.current);
    else if (atEnd.current || ("mine" in last && last.mine && last.seq === null)) element.scrollTop = element.scrollHeight;
    else if (came) setMissed(true);
    held.current = null;
    look();
    requestAnimationFrame(() => element.removeAttribute("aria-busy"));
    // `look` follows from what is drawn.
  }, [drawn]);

  const bringIntoSight = useCallback(
    (seq: number): void => {
      const element = box.current;
      if (!element || !find(conversation, seq)) return;
      atEnd.current = false;
      if (scrollTo(element, seq)) return look();
      sought.current = seq;
      setPart(around(events, seq));
    },
    [conversation, events, look],
  );

  useLayoutEffect(() => {
    if (target === null || found.current === target || !find(conversation, target)) return;
    found.current = target;
    bringIntoSight(target);
  }, [target, conversation, bringIntoSight]);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const resized = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, []);

  const jump = useCallback((next: Part, end: boolean) => {
    atEnd.current = end;
    held.current = null;
    setPart(next);
    requestAnimationFrame(() => box.current?.scrollTo({ top: end ? box.current.scrollHeight : 0 }));
  }, []);

  return {
    box,
    drawn,
    offset: from > 0 || to < events.length ? from : null,
    missed,
    look,
    toStart: () => jump(first(events), false),
    toEnd: () => jump(tail, true),
    bringIntoSight,
  };
}

/** A long history comes in many parts; drawn are few of the states that it goes through. */
function useSteady(latest: Conversation): Conversation {
  const shown = useRef({ conversation: latest, at_ms: 0 });
  const [, again] = useReducer((turn: number) => turn + 1, 0);
  const arriving = !latest.loaded && latest.events.length > TAIL;
  if (!arriving || performance.now() - shown.current.at_ms > STEADY_MS) shown.current = { conversation: latest, at_ms: performance.now() };
  const { conversation } = shown.current;
  useEffect(() => {
    if (conversation === latest) return undefined;
    const timer = setTimeout(again, STEADY_MS);
    return () => clearTimeout(timer);
  }, [conversation, latest]);
  return conversation;
}

const rowsOf = (element: HTMLElement): HTMLElement[] => [...element.querySelectorAll<HTMLElement>("[data-seq]")];

/** The first message that is in sight, and where it stands. */
function inSight(element: HTMLElement | null): { key: string; top: number } | null {
  if (!element) return null;
  const { top } = element.getBoundingClientRect();
  const row = rowsOf(element).find((each) => each.getBoundingClientRect().bottom > top);
  return row ? { key: row.dataset["seq"] ?? "", top: row.getBoundingClientRect().top } : null;
}

function keep(element: HTMLElement, { key, top }: { key: string; top: number }): void {
  const row = element.querySelector<HTMLElement>(`[data-seq="${key}"]`);
  if (row) element.scrollTop += row.getBoundingClientRect().top - top;
}

function scrollTo(element: HTMLElement, seq: number): boolean {
  const row = element.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  row?.scrollIntoView({ block: "center" });
  return row !== null;
}
