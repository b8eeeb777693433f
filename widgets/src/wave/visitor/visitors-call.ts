import type { Conversation } from "../../shared/conversation";

/** Whether the visitor's call rings or is up; requests to talk are no calls. */
export function callGoesOn({ events }: Pick<Conversation, "events">): boolean {
  const last = events.findLast(({ kind, state }) => kind === "call" && !["asked", "declined"].includes(String(state)));
  return ["started", "answered"].includes(String(last?.state));
}
