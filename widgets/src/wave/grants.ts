import { useSession, useSessionState } from "../kit/session-context";

type Grant = "contacts" | "chat" | "group_chat" | "file_transfer" | "delete_chat" | "livechat";

/** Whether one's Wave privilege allows it; the server refuses in any case what it does not. */
export function useGrant(grant: Grant): boolean {
  const state = useSessionState(useSession());
  return state.phase !== "in" || state.me.grants.includes(grant);
}
