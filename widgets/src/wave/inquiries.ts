/** Who waits for an agent: pure rules over what the server tells. */
export interface Inquiry {
  conversation: string;
  number: number;
  livechat: { id: string; name: string };
  visitor: { id: string; name: string; email: string; phone: string; language: string; verified: boolean; returning: boolean };
  queued_at: string;
  waiting_ms: number;
  position: number;
  epoch: number;
  page_url: string;
  preview: string;
  /** Its agent has vanished: anyone may take it over. */
  held_by?: { id: string; name: string };
  /** A colleague serves the visitor and wants to give the chat away. */
  handover?: { by: { id: string; name: string }; to: { kind: "agent" | "queue"; id: string; name: string }; reason: string; left_ms: number };
}

/** An inquiry as this page holds it: since when the visitor waits, on this page's own clock. */
export interface Waiting extends Inquiry {
  since_ms: number;
  /** When this was told, and when the offer to oneself ends. */
  told_ms: number;
  until_ms: number | null;
}

export type Inquiries = readonly Waiting[];

export type InquiryEvent =
  | { kind: "listed"; inquiries: Inquiry[]; now_ms: number }
  | { kind: "told"; inquiry: Inquiry; now_ms: number }
  | { kind: "gone"; conversation: string };

export function after(inquiries: Inquiries, event: InquiryEvent): Inquiries {
  switch (event.kind) {
    case "listed":
      return event.inquiries.map((inquiry) => received(inquiry, event.now_ms)).sort(oldestFirst);
    case "told":
      return without(inquiries, event.inquiry.conversation)
        .concat(received(event.inquiry, event.now_ms))
        .sort(oldestFirst);
    case "gone":
      return without(inquiries, event.conversation);
  }
}

/** Those of `now` that were not there `before`: what deserves an alert. */
export function arrived(before: Inquiries, now: Inquiries): Inquiries {
  const known = new Set(before.map((inquiry) => inquiry.conversation));
  return now.filter((inquiry) => !known.has(inquiry.conversation));
}

function received(inquiry: Inquiry, now_ms: number): Waiting {
  return { ...inquiry, since_ms: now_ms - inquiry.waiting_ms, told_ms: now_ms, until_ms: inquiry.handover ? now_ms + inquiry.handover.left_ms : null };
}

function without(inquiries: Inquiries, conversation: string): Waiting[] {
  return inquiries.filter((inquiry) => inquiry.conversation !== conversation);
}

function oldestFirst(a: Waiting, b: Waiting): number {
  return a.since_ms - b.since_ms || a.number - b.number;
}
