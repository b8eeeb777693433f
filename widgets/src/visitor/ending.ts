/** The visitor ends a chat. */
import type { ConversationClient } from "../shared/client";
import { t } from "../shared/i18n";

/** Why it could not be ended, in words; empty: it is. */
export async function endChat(client: Pick<ConversationClient, "end">, conversation: string): Promise<string> {
  const problem = await client.end(conversation);
  return problem === null ? "" : problem || t("There is no connection. Please try again in a moment.");
}
