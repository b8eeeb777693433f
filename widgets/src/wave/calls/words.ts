/** What the softphone says, in words. */
import { t } from "../../shared/i18n";
import type { Contact } from "../desk";
import type { Call, Ending } from "./call";
import { missingTitle, missingWords } from "./microphone";
import type { PhoneState, Problem, Readiness } from "./phone";

/** Whom a call is with: a colleague's name, what the caller is called, else the number. */
export function nameOf(call: Pick<Call, "number" | "name">, contacts: readonly Contact[]): string {
  return contacts.find(({ number }) => number === call.number)?.name ?? (call.name || call.number || t("Unknown caller"));
}

export function phaseWords(call: Call): string {
  switch (call.phase) {
    case "incoming":
      return t("Incoming call");
    case "calling":
      return t("Calling…");
    case "ringing":
      return t("Ringing…");
    case "talking":
      return call.held ? t("On hold") : call.heldByPeer ? t("You are on hold") : t("Connected");
    case "over":
      return endingWords(call.ending ?? "hung_up");
  }
}

function endingWords(ending: Ending): string {
  switch (ending) {
    case "hung_up":
      return t("Call ended");
    case "busy":
      return t("Busy");
    case "declined":
      return t("Declined");
    case "unanswered":
      return t("No answer");
    case "unknown":
      return t("There is no such number");
    case "unavailable":
      return t("Not available");
    case "cancelled":
      return t("Missed call");
    case "elsewhere":
      return t("Answered elsewhere");
    case "failed":
      return t("The call failed");
  }
}

export function readinessWords(readiness: Readiness): string {
  switch (readiness) {
    case "ready":
      return t("Ready for calls");
    case "connecting":
      return t("Connecting…");
    case "offline":
      return t("Not connected: nobody can call you here");
    case "unavailable":
      return t("Your account has no phone");
    case "insecure":
      return t("No calls on this page");
  }
}

export function problemWords({ what }: Problem, state: PhoneState): { title: string; text: string } {
  switch (what) {
    case "transfer":
      return { title: t("The call was not transferred"), text: t("It goes on with you.") };
    case "call":
      return { title: t("The call could not be made"), text: readinessWords(state.readiness) };
    case "camera":
      return { title: t("The camera cannot be used"), text: t("Allow it beside the page's address, or close what else is using it. You are still heard.") };
    default:
      return { title: missingTitle(what), text: missingWords(what) };
  }
}
