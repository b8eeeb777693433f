/** The calls of a softphone as values: what happens to them, and what one may do with them. */

export type Phase = "incoming" | "calling" | "ringing" | "talking" | "over";

export type Ending = "hung_up" | "busy" | "declined" | "unanswered" | "unknown" | "unavailable" | "cancelled" | "elsewhere" | "failed";

export interface Call {
  id: string;
  outgoing: boolean;
  number: string;
  name: string;
  phase: Phase;
  /** Held by us; `heldByPeer`: by the other side. */
  held: boolean;
  heldByPeer: boolean;
  muted: boolean;
  answered_ms: number | null;
  ending: Ending | null;
  /** The call for whose transfer this one asks first. */
  consultsFor: string | null;
  /** Whether our camera is on, and whether there are pictures of the other side. */
  camera: boolean;
  pictures: boolean;
}

export type Calls = readonly Call[];

export type CallEvent =
  | { kind: "began"; id: string; outgoing: boolean; number: string; name: string; consultsFor: string | null }
  | { kind: "ringing"; id: string }
  | { kind: "answered"; id: string; now_ms: number }
  /** Somebody else is there than was called, or than was there before. */
  | { kind: "connected"; id: string; number: string; name: string }
  | { kind: "held"; id: string; byPeer: boolean; on: boolean }
  | { kind: "muted"; id: string; on: boolean }
  | { kind: "camera"; id: string; on: boolean }
  | { kind: "pictures"; id: string; on: boolean }
  | { kind: "resumed"; id: string; call: Call }
  | { kind: "over"; id: string; ending: Ending }
  | { kind: "dismissed"; id: string };

export function after(calls: Calls, event: CallEvent): Calls {
  const change = (how: (call: Call) => Call): Calls => calls.map((call) => (call.id === event.id && call.phase !== "over" ? how(call) : call));
  switch (event.kind) {
    case "began":
      return [...calls, begun(event)];
    case "resumed":
      return [...calls, { ...event.call, id: event.id, camera: false, pictures: false }];
    case "ringing":
      return change((call) => (call.phase === "calling" ? { ...call, phase: "ringing" } : call));
    case "answered":
      return change((call) => (call.phase === "talking" ? call : { ...call, phase: "talking", answered_ms: event.now_ms }));
    case "connected":
      return change((call) => ({ ...call, number: event.number, name: event.name || (event.number === call.number ? call.name : "") }));
    case "held":
      return change((call) => ({ ...call, ...(event.byPeer ? { heldByPeer: event.on } : { held: event.on }) }));
    case "muted":
      return change((call) => ({ ...call, muted: event.on }));
    case "camera":
      return change((call) => ({ ...call, camera: event.on }));
    case "pictures":
      return change((call) => ({ ...call, pictures: event.on }));
    case "over":
      return change((call) => ({ ...call, phase: "over", ending: event.ending }));
    case "dismissed":
      return calls.filter((call) => call.id !== event.id);
  }
}

function begun({ id, outgoing, number, name, consultsFor }: Extract<CallEvent, { kind: "began" }>): Call {
  return { id, outgoing, number, name, consultsFor, phase: outgoing ? "calling" : "incoming", held: false, heldByPeer: false, muted: false, answered_ms: null, ending: null, camera: false, pictures: false };
}

export const isUp = (call: Call): boolean => call.phase !== "over";
export const isIncoming = (call: Call): boolean => call.phase === "incoming";

/** The call that a number rings with, and no other: answering the wrong one cannot be taken back. */
export const incomingFrom = (calls: Calls, number: string): Call | null => calls.find((call) => isIncoming(call) && caller(call.number) === caller(number)) ?? null;

/** Who shows no number is `anonymous` in SIP (RFC 3323 section 4.1.1.3). */
const caller = (number: string): string => dialled(number).replace(/^anonymous$/i, "");

/** The one that is heard: what else is up waits or is held. */
export function spoken(calls: Calls): Call | null {
  return calls.find((call) => call.phase === "talking" && !call.held) ?? calls.find((call) => call.phase === "calling" || call.phase === "ringing") ?? null;
}

/** Whom a call could be handed to with the caller's knowledge: the other one that is answered. */
export function partnerOf(calls: Calls, call: Call): Call | null {
  const others = calls.filter((other) => other.id !== call.id && other.phase === "talking");
  return others.find((other) => call.consultsFor === other.id) ?? others[0] ?? null;
}

/** What a person types, pastes or picks, as what is dialled; nothing where it is no number. */
export function dialled(text: string): string {
  const bare = text.trim().replace(/^(sip|tel):/i, "").replace(/@.*$/, "").replace(/[\s().\-/\u00a0]/g, "");
  return /^\+?[0-9*#A-Za-z_]{1,64}$/.test(bare) ? bare : "";
}
