import { t } from "../shared/i18n";
import type { WireEvent } from "../shared/wire";

/** How agents were roused, for the log that they read later. */
export function alarmLine(event: WireEvent): string {
  const told = (event["told"] as string[] | undefined) ?? [];
  const who = new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" }).format(told);
  switch (event["outcome"]) {
    case "accepted":
      return t("{who} took this chat by phone.", { who });
    case "answered":
      return t("{who} answered the call about this chat.", { who });
    case "no_answer":
      return t("{who} did not answer the call about this chat.", { who });
  }
  const done = event["outcome"] === "told";
  switch (event["path"]) {
    case "wave":
      return done ? t("Alarm in Wave: {who}.", { who }) : t("Alarm in Wave: nobody is there.");
    case "push":
      return done ? t("Push notification: {who}.", { who }) : t("Push notification: nobody could be told.");
    case "phone":
      return done ? t("Call about this chat: {who}.", { who }) : t("Call about this chat: nobody could be called.");
    case "mail":
      return t("The agents were told by e-mail.");
    default:
      return "";
  }
}

/** A file that came with a mail, and that nobody gets. */
export function refusedLine(event: WireEvent): string {
  return t("The file {name} came by e-mail and was not accepted.", { name: String(event["name"]) });
}
