/** The sentence of an event that is not somebody's words: the same for the visitor's page and Wave. */
import { isMine, nobodyThere } from "./conversation";
import { countdown } from "./countdown";
import { nt, t } from "./i18n";
import type { Me, WireEvent } from "./wire";

/** What somebody said, as one reads it in lists and alerts: their words, or what they sent. */
export function wordsOf(event: WireEvent): string {
  if (event.deleted) return t("This message was deleted.");
  return event.file ? t("File: {name}", { name: event.file.name }) : (event.text ?? "");
}

/** Empty for events that have nothing to say to this reader. */
export function lineOf(event: WireEvent, me: Me): string {
  switch (event.kind) {
    case "assigned":
      return event.agent ? assigned(event, me) : "";
    case "state":
      return stateLine(event, me);
    case "system":
      return systemLine(event, me);
    case "survey":
      return rated(event, me);
    case "call":
      return callLine(event, me);
    default:
      return "";
  }
}

function assigned(event: WireEvent, me: Me): string {
  if (event.author.kind === "bot") return t("{name}, an automatic assistant, joined the chat.", { name: event.author.name });
  const mine = event.agent && me.who === `user:${event.agent.id}`;
  return mine ? t("You joined the chat.") : t("{name} joined the chat.", { name: event.agent!.name });
}

function stateLine(event: WireEvent, me: Me): string {
  switch (event.state) {
    case "waiting":
      if (byBot(event.reason)) return me.kind === "visitor" ? t("A person will be with you soon.") : t("The bot handed this chat over.");
      if (event.reason === "agent_silent" || event.reason === "freed") return t("Somebody else will be with you soon.");
      return event.reason === "agent_gone" ? t("The connection to the agent was lost. Somebody else will be with you soon.") : "";
    case "transferring":
      return transferring(event, me);
    case "active":
      return stays(event, me);
    case "ended":
      return ended(event, me);
    case "missed":
      if (event.reason === "timeout") return t("Nobody could answer in time.");
      return me.kind === "visitor" ? t("You left before anybody answered.") : t("The visitor left before anybody answered.");
    default:
      return "";
  }
}

function rated(event: WireEvent, me: Me): string {
  const n = event.rating ?? 0;
  const words = event.comment ? ` “${event.comment}”` : "";
  const line = isMine(event.author, me) ? nt("You gave this chat {n} star.", "You gave this chat {n} stars.", n) : nt("The visitor gave this chat {n} star.", "The visitor gave this chat {n} stars.", n);
  return line + words;
}

/** Why a bot's visitor waits for people. */
const byBot = (reason: string | undefined): boolean => reason === "visitor_asked" || reason?.startsWith("bot_") === true;

function transferring(event: WireEvent, me: Me): string {
  const name = event.to?.name ?? "";
  if (me.kind === "visitor") return t("You are being connected to {name}.", { name });
  return isMine(event.author, me) ? t("You offered this chat to {name}.", { name }) : t("{by} offered this chat to {name}.", { by: event.author.name, name });
}

/** A chat that was on offer stays with its agent; a visitor is not told why. */
function stays(event: WireEvent, me: Me): string {
  const name = event.to?.name ?? "";
  if (!event.to) return "";
  if (me.kind === "visitor") return t("The chat goes on as before.");
  switch (event.reason) {
    case "declined":
      return t("{name} cannot take this chat.", { name });
    case "unanswered":
      return t("{name} did not take this chat in time.", { name });
    default:
      return t("The offer was taken back.");
  }
}

function ended(event: WireEvent, me: Me): string {
  if (event.reason === "channel_deleted" || (event.reason === "banned" && me.kind === "visitor")) return t("This chat is no longer available.");
  if (event.reason === "banned") return t("The chat has ended: its visitor was banned.");
  if (nobodyThere(event.reason)) return t("The chat has ended: no person could be asked.");
  if (isMine(event.author, me)) return t("You ended the chat.");
  if (event.author.name && event.author.kind !== "system") return t("{name} ended the chat.", { name: event.author.name });
  return event.reason === "idle" ? t("The chat was ended because nobody wrote for a while.") : t("The chat has ended.");
}

function callLine(event: WireEvent, me: Me): string {
  switch (event.state as string) {
    case "asked":
      if (me.kind === "visitor") return t("{name} would like to talk to you.", { name: event.author.name });
      return isMine(event.author, me) ? t("You asked the visitor to talk.") : t("{name} asked the visitor to talk.", { name: event.author.name });
    case "declined":
      return me.kind === "visitor" ? t("You would rather write.") : t("The visitor would rather write.");
    case "started":
      return me.kind === "visitor" ? t("You called.") : t("The visitor called.");
    case "answered":
      return event.agent && me.who === `user:${event.agent.id}` ? t("You answered the call.") : t("{name} answered the call.", { name: event.agent?.name ?? "" });
    case "ended":
      return t("The call has ended after {time}.", { time: countdown(Number(event["seconds"]) * 1000) });
    case "missed":
      return me.kind === "visitor" ? t("Nobody answered the call.") : t("A call of the visitor was missed.");
    default:
      return "";
  }
}

/** Of who has not answered for a while. */
function stillThere(event: WireEvent, me: Me): string {
  const n = Number(event["minutes"] ?? 0);
  if (me.kind !== "visitor") return t("The visitor was asked whether they are still there.");
  return n > 0 ? nt("Are you still there? This chat ends in {n} minute unless you write.", "Are you still there? This chat ends in {n} minutes unless you write.", n) : t("Are you still there?");
}

function systemLine(event: WireEvent, me: Me): string {
  const name = String(event["name"] ?? event.author.name);
  switch (event.code) {
    case "agent_away":
      return t("{name} has lost the connection and will be back in a moment.", { name });
    case "still_there":
      return stillThere(event, me);
    case "joined":
      return t("{name} joined the chat.", { name });
    case "left":
      return t("{name} left the chat.", { name });
    default:
      return typeof event.text === "string" ? event.text : "";
  }
}
