import { t } from "../shared/i18n";

/** What the server wrote into the page (`#engage-config`). */
export interface Config {
  /** Empty: the link leads nowhere (any more). */
  public_id: string;
  name: string;
  language: string;
  dir: "ltr" | "rtl";
  catalog: string | null;
  title: string;
  subtitle: string;
  /** Where it is; empty: none. */
  logo: string;
  require_visitor_info: boolean;
  info_request_message: string;
  info_types: ("full_name" | "email" | "phone")[];
  /** What else the administrator wants to know. */
  custom_fields: CustomField[];
  privacy_control: boolean;
  privacy_notice: string;
  retention_days: number;
  queueing_message?: string;
  no_agent_message?: string;
  offline_message?: string;
  offline: null | Reason;
  /** A message can be left while nobody can be asked. */
  offline_form: boolean;
  /** Visitors are asked how the chat was. */
  survey: boolean;
  /** They may have it sent to their address. */
  email_transcript: boolean;
  theme: { color: string; mode: "light" | "dark" | "auto" };
  /** Each side sees that the other is writing. */
  typing: boolean;
  /** Initials beside what agents write. */
  agent_avatar: boolean;
  text_limit: number;
  /** What visitors may send besides text. */
  file_upload: "all" | "images" | "none";
  /** Visitors may call. */
  calls: boolean;
  /** Those calls may be seen as well as heard. */
  pictures: boolean;
  /** Agents see who is on the page. */
  live_visitors: boolean;
  /** Only visitors whom the web site vouches for may chat. */
  signed_identity: boolean;
}

export interface CustomField {
  label: string;
  kind: "text" | "select" | "checkbox";
  choices: string[];
  required: boolean;
}

/** Why nobody can be asked now. */
export type Reason = "disabled" | "closed" | "no_agent";
/** … or nobody answered in time. */
export type Unanswered = Reason | "missed";

/** What the server answers to a visitor who starts a chat or comes back to one. */
export interface Session {
  token: string;
  conversation: string;
  state: string;
  position: number | null;
  attended: boolean;
  /** Instead of a conversation. */
  offline?: Reason;
  visitor: { id: string; name: string };
}

/** Who the visitor is, on the web site's word; `session` is their newest chat. */
export interface Recognised {
  details: { full_name: string; email: string; phone: string };
  visitor: { id: string; name: string } | null;
  token: string | null;
  session: Session | null;
}

const absent: Config = {
  public_id: "",
  name: "",
  language: "en",
  dir: "ltr",
  catalog: null,
  title: "",
  subtitle: "",
  logo: "",
  require_visitor_info: true,
  info_request_message: "",
  info_types: [],
  custom_fields: [],
  privacy_control: false,
  privacy_notice: "",
  retention_days: 0,
  offline: null,
  offline_form: true,
  theme: { color: "#1b5fd9", mode: "light" },
  typing: true,
  agent_avatar: false,
  text_limit: 8000,
  file_upload: "all",
  calls: false,
  pictures: false,
  live_visitors: false,
  signed_identity: false,
  survey: false,
  email_transcript: false,
};

export function readConfig(): Config {
  const element = document.getElementById("engage-config");
  return { ...absent, ...(JSON.parse(element?.textContent || "{}") as Partial<Config>) };
}

/** Why nobody answers. */
export function reasonText(config: Config, reason: Unanswered): string {
  if (reason === "missed") return t("We are sorry: nobody could answer in time. Leave us a message, and we will get back to you.");
  return (reason === "no_agent" ? config.no_agent_message : config.offline_message) ?? "";
}
