/** What one writes in a visitor's chat, kept over a reload: notes apart from messages, so that none is ever taken for the other. */
import { keepDraft, readDraft } from "../shared/draft";

export interface Draft {
  text: string;
  /** An internal note: the visitor must never read it. */
  note: boolean;
}

const notesOf = (conversation: string): string => `${conversation}:note`;

export function readOwnDraft(identity: string, conversation: string): Draft {
  const note = readDraft(identity, notesOf(conversation));
  return note === "" ? { text: readDraft(identity, conversation), note: false } : { text: note, note: true };
}

export function keepOwnDraft(identity: string, conversation: string, { text, note }: Draft): void {
  keepDraft(identity, conversation, note ? "" : text);
  keepDraft(identity, notesOf(conversation), note ? text : "");
}

/** What was not sent comes back before what is being written; where one of them is a note, both are. */
export function joined(back: Draft, { text, note }: Draft): Draft {
  return text === "" ? back : { text: `${back.text}\n${text}`, note: back.note || note };
}
