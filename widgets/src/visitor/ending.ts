/** The visitor ends a chat. */
import type { ConversationClient } from "../shared/client";
import { problemWords } from "./problem";

/** Why it could not be ended, in words; empty: it is. */
export async function endChat(client: Pick<ConversationClient, "end">, conversation: string): Promise<string> {
  const problem = await client.end(conversation);
  return problem === null ? "" : problemWords(problem);
}
