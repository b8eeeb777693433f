import { t } from "../../shared/i18n";

/** Where somebody is signed in, as the server tells it. */
export interface SignedInSession {
  id: string;
  kind: "browser" | "program";
  browser: string;
  system: string;
  address: string;
  started_at: string;
  used_at: string;
  current: boolean;
}

/** `Firefox on Linux`. */
export function deviceWords({ kind, browser, system }: SignedInSession): string {
  if (browser && system) return t("{browser} on {system}", { browser, system });
  return browser || system || (kind === "program" ? t("A program") : t("A browser"));
}
