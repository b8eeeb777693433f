import { useState } from "preact/hooks";

import type { ConversationClient } from "../shared/client";
import type { Conversation } from "../shared/conversation";
import { nt, t } from "../shared/i18n";

const STARS = [1, 2, 3, 4, 5];
const COMMENT_MOST = 500;

/** Asks how the chat was, once; served by nobody, there is nothing to ask. */
export function Survey({ client, conversation }: { client: ConversationClient; conversation: Conversation }) {
  const [rating, setRating] = useState(0);
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const rated = conversation.events.some((event) => event.kind === "survey");
  const served = conversation.events.some((event) => event.kind === "assigned");
  if (rated) return <p>{t("Thank you for your rating.")}</p>;
  if (!served) return null;

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const ack = await client.request("survey", { conversation: conversation.id, rating, comment });
    setBusy(false);
    setFailed(ack.ok ? "" : ack.error.message || t("This could not be sent. Please try again."));
  }

  return (
    <form class="survey" onSubmit={(event) => void send(event)}>
      <fieldset>
        <legend>{t("How was this chat?")}</legend>
        <div class="stars">
          {STARS.map((n) => (
            <label key={n} class={n <= rating ? "star lit" : "star"} title={nt("{n} star", "{n} stars", n)}>
              <input type="radio" name="rating" value={n} checked={rating === n} onChange={() => setRating(n)} />
              <span aria-hidden="true">★</span>
              <span class="visually-hidden">{nt("{n} star", "{n} stars", n)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {rating > 0 && (
        <>
          <label class="visually-hidden" for="comment">
            {t("Comment")}
          </label>
          <textarea id="comment" rows={2} maxLength={COMMENT_MOST} dir="auto" placeholder={t("Would you like to say more?")} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
          <button type="submit" class="button" disabled={busy}>
            {t("Send rating")}
          </button>
        </>
      )}
      {failed && <p role="alert">{failed}</p>}
    </form>
  );
}
