/** A visitor's call as a value: what the page and the server say of it, and what it comes to. */
import type { Missing } from "../../shared/microphone";

export type Phase = "asking" | "calling" | "ringing" | "talking" | "over";

export interface CallState {
  phase: Phase;
  /** Its name at the server, once it has one. */
  call: string | null;
  agent: string;
  answeredMs: number | null;
  muted: boolean;
  /** Whether our camera is on, whether pictures of the agent come, and why there is no camera. */
  camera: boolean;
  pictures: boolean;
  blind: Missing | null;
  recorded: boolean;
  /** How it ended: `hung_up`, `unavailable`, `no_answer` … */
  reason: string;
  missing: Missing | null;
  /** What the server said where it refused the call. */
  message: string;
}

export type CallEvent =
  | { type: "asked" }
  | { type: "missing"; why: Missing }
  | { type: "offered" }
  | { type: "told"; told: Told; nowMs: number }
  | { type: "muted"; on: boolean }
  | { type: "camera"; on: boolean }
  | { type: "blind"; why: Missing | null }
  | { type: "pictures"; on: boolean }
  | { type: "refused"; message: string }
  | { type: "over"; reason: string };

/** What the server says of a call. */
export interface Told {
  call: string | null;
  conversation: string;
  state?: "ringing" | "answered";
  recorded?: boolean;
  agent?: { id: string; name: string };
}

const begun: CallState = { phase: "asking", call: null, agent: "", answeredMs: null, muted: false, camera: false, pictures: false, blind: null, recorded: false, reason: "", missing: null, message: "" };

export const isUp = (state: CallState | null): state is CallState => state !== null && state.phase !== "over";

export function after(state: CallState | null, event: CallEvent): CallState | null {
  if (event.type === "asked") return begun;
  if (!isUp(state)) return state;
  switch (event.type) {
    case "missing":
      return { ...state, phase: "over", missing: event.why };
    case "offered":
      return state.phase === "asking" ? { ...state, phase: "calling" } : state;
    case "told":
      return heard(state, event.told, event.nowMs);
    case "muted":
      return { ...state, muted: event.on };
    case "camera":
      return { ...state, camera: event.on, blind: null };
    case "blind":
      return { ...state, camera: false, blind: event.why };
    case "pictures":
      return { ...state, pictures: event.on };
    case "refused":
      return { ...state, phase: "over", message: event.message };
    case "over":
      return { ...state, phase: "over", reason: event.reason };
  }
}

function heard(state: CallState, told: Told, nowMs: number): CallState {
  const known = { ...state, call: told.call ?? state.call, recorded: state.recorded || told.recorded === true, agent: told.agent?.name ?? state.agent };
  if (told.state === "answered") return { ...known, phase: "talking", answeredMs: state.answeredMs ?? nowMs };
  return told.state === "ringing" && state.phase === "calling" ? { ...known, phase: "ringing" } : known;
}
