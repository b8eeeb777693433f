/** A chat that a program serves: what it offers to answer, and the way to a person. */
import { useState } from "preact/hooks";
import { ApiError } from "../shared/api";
import type { ConversationClient } from "../shared/client";
import type { Conversation } from "../shared/conversation";
import { t } from "../shared/i18n";
import { problemWords } from "./problem";

/** Whether whoever serves the visitor now is a bot. */
export function isBots(conversation: Conversation | undefined): boolean {
  if (!conversation?.owner) return false;
  return conversation.events.findLast((event) => event.kind === "assigned")?.author.kind === "bot";
}

export function BotChoices({ client, conversation }: { client: ConversationClient; conversation: Conversation }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  // Offered as long as nobody has answered them.
  const last = conversation.events.findLast((event) => event.kind === "message" || event.kind === "file");
  const choices = last?.author.kind === "bot" && conversation.pending.length === 0 ? (last.choices ?? []) : [];
  const person = async (): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      await client.api.post(`/v1/conversations/${conversation.id}/person`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(problemWords(error.message));
    } finally {
      setBusy(false);
    }
  };
  const answer = (choice: string): void => {
    void client.send(conversation.id, choice);
    document.getElementById("message")?.focus(); // the choices go, and the keyboard's place with them
  };
  return (
    <div class="choices" role="group" aria-label={t("Answers")}>
      {choices.map((choice, index) => (
        <button key={`${index} ${choice}`} type="button" class="choice" dir="auto" onClick={() => answer(choice)}>
          {choice}
        </button>
      ))}
      <button type="button" class="choice person" disabled={busy} onClick={() => void person()}>
        {t("Talk to a person")}
      </button>
      {problem && (
        <p class="alert" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
