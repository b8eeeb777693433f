/** Figures of live chats, arranged to be drawn: pure. */
export interface ChatFigures {
  key: string;
  name: string;
  inquiries: number;
  accepted: number;
  missed: number;
  left: number;
  accepted_rate: number;
  average_wait_s: number;
  p90_wait_s: number;
  average_response_s: number;
  average_handling_s: number;
  rated: number;
  average_rating: number;
  /** How many gave one star, two … five. */
  ratings: number[];
}

interface Hour {
  /** Monday is 0. */
  weekday: number;
  hour: number;
  inquiries: number;
}

export interface ChatReport {
  total: ChatFigures;
  livechats: ChatFigures[];
  agents: ChatFigures[];
  days: ChatFigures[];
  hours: Hour[];
}

/** Inquiries by weekday and hour, and the most of one hour. */
export function heat(hours: readonly Hour[]): { counts: number[][]; most: number } {
  const counts = Array.from({ length: 7 }, () => Array<number>(24).fill(0));
  for (const { weekday, hour, inquiries } of hours) counts[weekday]![hour]! += inquiries;
  return { counts, most: Math.max(0, ...counts.flat()) };
}

/** From 0 for nothing to 4 for the most. */
export const strength = (many: number, most: number): number => (many === 0 ? 0 : Math.ceil((4 * many) / most));
