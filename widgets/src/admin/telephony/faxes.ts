import { t } from "../../shared/i18n";

export interface Fax {
  id: string;
  box: string;
  caller: string;
  caller_name: string;
  sender: string;
  received_at: string;
  pages: number;
  state: "received" | "incomplete" | "failed";
  problem: string;
  detail: string;
  mailed: string[];
}

/** Where its pages are, as PDF. */
export const pagesOf = (fax: Fax): string => `/v1/faxes/${encodeURIComponent(fax.id)}/file`;

/** How it went, and why not better. */
export function outcomeOf(fax: Fax): string {
  switch (fax.problem) {
    case "":
      return t("Received");
    case "no_fax":
      return t("The caller is no fax machine");
    case "hung_up":
      return t("The sender hung up");
    case "disk":
      return t("The disk had no room for it");
    case "media_lost":
    case "interrupted":
      return t("The server was interrupted");
    default:
      return t("The transmission failed");
  }
}
