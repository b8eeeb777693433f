import { t } from "../../shared/i18n";

/** Why the browser came back without a passkey. */
export function passkeyWords(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return t("This device has a passkey for your account already.");
  if (name === "NotAllowedError") return t("No passkey was used: it was cancelled, there is none for this site, or the browser does not trust the site's certificate.");
  return t("This browser could not use a passkey here.");
}
