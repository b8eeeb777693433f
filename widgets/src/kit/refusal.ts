import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import { toast } from "./toasts";

const unreachable = (): string => t("The server cannot be reached. Please try again.");

/** What the server said of the whole, or that it could not be asked. */
export const saidWords = (error: ApiError): string => error.message || unreachable();

/** What the server said: of a field, if of any; or that it could not be asked. */
export function refusalWords(error: unknown): string {
  if (!(error instanceof ApiError)) return unreachable();
  return Object.values(error.fields)[0] ?? saidWords(error);
}

/** Tells that something was not done, and why. */
export function notDone(error: ApiError, title = t("This was not done")): void {
  toast({ tone: "danger", title, text: saidWords(error) });
}
