import { useEffect, useState } from "react";

import { useSession } from "../../kit/session-context";
import { type Card, cardPath } from "./card";

/** A visitor's card for all who show something of it. */
export interface CardAtHand {
  card: Card | "loading" | "failed";
  /** What the server answered to a change. */
  change: (card: Card) => void;
  reload: () => void;
}

/** Reads the card, and again with each state of the chat; `null`: nothing of it is shown now. */
export function useCard(conversation: string | null, state: string | undefined): CardAtHand {
  const { api } = useSession();
  const [card, setCard] = useState<CardAtHand["card"]>("loading");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (conversation === null) return;
    let current = true;
    api.get<Card>(cardPath(conversation)).then(
      (answer) => current && setCard(answer),
      () => current && setCard((before) => (typeof before === "string" ? "failed" : before)),
    );
    return () => {
      current = false;
    };
  }, [api, conversation, attempt, state]);
  const reload = (): void => {
    setCard((before) => (before === "failed" ? "loading" : before));
    setAttempt((before) => before + 1);
  };
  return { card, change: setCard, reload };
}
