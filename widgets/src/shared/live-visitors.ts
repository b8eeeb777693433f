/** Who is on the web sites now, as agents and administrators see them. */
import { t } from "./i18n";

export interface LiveVisitor {
  visit: string;
  livechat: { id: string; name: string };
  page_url: string;
  page_title: string;
  referrer: string;
  language: string;
  state: "browsing" | "form" | "chatting";
  returning: boolean;
  since: string;
  on_page_ms: number;
  invited_by: string;
}

export interface LiveVisitors {
  watched: boolean;
  items: LiveVisitor[];
}

export function stateWords(visitor: LiveVisitor): string {
  switch (visitor.state) {
    case "browsing":
      return visitor.invited_by ? t("Invited by {name}", { name: visitor.invited_by }) : t("Looks around");
    case "form":
      return t("Has the chat open");
    case "chatting":
      return t("Is chatting");
  }
}

/** What a page is called, else where it is. */
export function pageName(visitor: LiveVisitor): string {
  return visitor.page_title || visitor.page_url.replace(/^https?:\/\//, "") || t("Unknown page");
}

/** The site somebody came from; empty: from the same one, or nobody knows. */
export function cameFrom(visitor: LiveVisitor): string {
  try {
    const host = new URL(visitor.referrer).host;
    return host === new URL(visitor.page_url).host ? "" : host;
  } catch {
    return "";
  }
}
