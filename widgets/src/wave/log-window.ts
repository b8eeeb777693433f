/** The part of a long log that is drawn: pure. It follows the end, or stands where somebody reads. */

export interface Part {
  /** Sequence of its first event; null: as many as are drawn at the end. */
  from: number | null;
  /** Sequence of its last event; null: it reaches the end. */
  to: number | null;
}

interface Numbered {
  seq: number;
}

/** So many are drawn at the end, come with each step, and are drawn at most. */
export const TAIL = 200;
const STEP = 100;
const MOST = 400;
const AROUND = 80;

export const tail: Part = { from: null, to: null };

/** Which events are drawn, as `[from, to)`. */
export function drawnOf(events: readonly Numbered[], part: Part): [number, number] {
  const to = part.to === null ? events.length : placeOf(events, part.to + 1);
  const from = part.from === null ? Math.max(0, to - TAIL) : placeOf(events, part.from);
  return [Math.min(from, to), to];
}

export const hasEarlier = (events: readonly Numbered[], part: Part): boolean => drawnOf(events, part)[0] > 0;
export const hasLater = (events: readonly Numbered[], part: Part): boolean => drawnOf(events, part)[1] < events.length;

export function earlier(events: readonly Numbered[], part: Part): Part {
  const [from, to] = drawnOf(events, part);
  return partOf(events, Math.max(0, from - STEP), Math.min(to, Math.max(0, from - STEP) + MOST));
}

export function later(events: readonly Numbered[], part: Part): Part {
  const [from, to] = drawnOf(events, part);
  const end = Math.min(events.length, to + STEP);
  return partOf(events, Math.max(from, end - MOST), end);
}

/** The end as it is drawn now, for somebody who has scrolled up from it: what comes is added, and nothing goes. */
export const standing = (events: readonly Numbered[]): Part => (events.length < TAIL ? tail : partOf(events, events.length - TAIL, events.length));

export const first = (events: readonly Numbered[]): Part => partOf(events, 0, Math.min(events.length, TAIL));

/** Round an event that somebody looks for. */
export function around(events: readonly Numbered[], seq: number): Part {
  const place = placeOf(events, seq);
  return partOf(events, Math.max(0, place - AROUND), Math.min(events.length, place + AROUND));
}

function partOf(events: readonly Numbered[], from: number, to: number): Part {
  return { from: events[from]?.seq ?? null, to: to >= events.length ? null : (events[to - 1]?.seq ?? null) };
}

/** The place of the first event that is not before `seq`. */
function placeOf(events: readonly Numbered[], seq: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
