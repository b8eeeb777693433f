/** Every page of the administration, in the order of the menu. A new page is one line here. */
import type { ComponentType } from "react";

import type { IconName } from "../shared/icons";
import { t } from "../shared/i18n";
import { type Module, maySee, type Rights } from "./rights";
import { stepsFor } from "./start/steps";

export type GroupId = "extensions" | "calls" | "pbx" | "messaging" | "system" | "maintenance" | "cdr" | "other";

export interface Group {
  id: GroupId;
  name: () => string;
  icon: IconName;
}

export const groups: readonly Group[] = [
  { id: "extensions", name: () => t("Extension / Trunk"), icon: "people" },
  { id: "calls", name: () => t("Call Features"), icon: "phone" },
  { id: "pbx", name: () => t("PBX Settings"), icon: "settings" },
  { id: "messaging", name: () => t("Messaging"), icon: "chat" },
  { id: "system", name: () => t("System Settings"), icon: "globe" },
  { id: "maintenance", name: () => t("Maintenance"), icon: "tools" },
  { id: "cdr", name: () => t("CDR"), icon: "list" },
  { id: "other", name: () => t("Other Features"), icon: "grid" },
];

export interface PageProps {
  page: Page;
  /** What follows the page's own part of the address: `["1000"]` in `#/extensions/1000`. */
  rest: readonly string[];
  /** This administrator may look only. */
  readOnly: boolean;
}

export interface Page {
  group: GroupId;
  name: () => string;
  /** The first part of its address: `#/extensions`. */
  path: string;
  /** Whose rights decide; null: everybody's page. */
  module: Module | null;
  /** Who has a use for it, where that hangs on more than one module. */
  isFor?: (rights: Rights) => boolean;
  /** Other words people search it by. */
  words?: () => string;
  /** The typed settings it shows: `/v1/settings/<name>`. */
  settings?: string;
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}

/** A page that is one section of typed settings, drawn from its schema. */
function settingsPage(group: GroupId, name: () => string, path: string, module: Module, settings: string = path): Page {
  return { group, name, path, module, settings, load: () => import("./SectionPage") };
}

export const pages: readonly Page[] = [
  { group: "extensions", name: () => t("Extensions"), path: "extensions", module: "extensions", words: () => t("phones, people, import"), load: () => import("./people/ExtensionsPage") },
  { group: "extensions", name: () => t("Extension Groups"), path: "extension-groups", module: "extension_groups", load: () => import("./people/GroupsPage") },
  { group: "extensions", name: () => t("VoIP Trunks"), path: "trunks", module: "trunks", words: () => t("providers, registration, SIP, peers"), load: () => import("./telephony/TrunksPage") },
  { group: "extensions", name: () => t("Outbound Routes"), path: "outbound-routes", module: "outbound_routes", words: () => t("dial plan, patterns, calling rules, fail-over"), load: () => import("./telephony/OutboundRoutesPage") },
  { group: "extensions", name: () => t("Inbound Routes"), path: "inbound-routes", module: "inbound_routes", words: () => t("DID, destination, caller ID"), load: () => import("./telephony/InboundRoutesPage") },
  { ...settingsPage("extensions", () => t("Outbound Calls"), "outbound-calls", "outbound_routes", "outbound_calls"), words: () => t("global outbound caller ID, number shown outside") },
  { ...settingsPage("extensions", () => t("STIR/SHAKEN"), "stir-shaken", "trunks", "stir_shaken"), words: () => t("signed callers, attestation, certificates, Identity") },
  { ...settingsPage("extensions", () => t("Inbound Mode"), "inbound-mode", "inbound_routes", "inbound_mode"), words: () => t("multiple mode, day and night switch") },
  { group: "extensions", name: () => t("PIN Groups"), path: "pin-groups", module: "pin_groups", words: () => t("passwords, outbound calls"), load: () => import("./telephony/PinGroupsPage") },
  { ...settingsPage("extensions", () => t("Blacklist"), "blacklist", "inbound_routes"), load: () => import("./telephony/BlacklistPage"), words: () => t("blocked callers, anonymous, import") },
  { group: "calls", name: () => t("Call Queues"), path: "queues", module: "queues", words: () => t("agents, pause, break"), load: () => import("./people/QueuesPage") },
  { group: "calls", name: () => t("Queue Switchboard"), path: "queue-board", module: "queues", words: () => t("wall board, waiting callers, agents, live"), load: () => import("./queues/QueueBoardPage") },
  { ...settingsPage("calls", () => t("Queue Settings"), "queue-settings", "queues", "call_queues"), words: () => t("pause reasons, breaks") },
  { ...settingsPage("calls", () => t("QueueMetrics"), "queuemetrics", "queues"), words: () => t("call centre statistics, web loader, outbound calls") },
  { group: "calls", name: () => t("Ring Groups"), path: "ring-groups", module: "ring_groups", words: () => t("ring in order, ring simultaneously"), load: () => import("./telephony/RingGroupsPage") },
  { group: "calls", name: () => t("Voicemail"), path: "voicemail", module: "voicemail", words: () => t("mailboxes, messages, answering machine"), load: () => import("./telephony/VoicemailPage") },
  { group: "calls", name: () => t("Voicemail Groups"), path: "voicemail-groups", module: "voicemail", words: () => t("one message for many"), load: () => import("./telephony/VoicemailGroupsPage") },
  { ...settingsPage("calls", () => t("Voicemail Settings"), "voicemail-settings", "voicemail", "voicemail"), words: () => t("message length, greeting, review, operator, email") },
  { group: "calls", name: () => t("Speed Dial"), path: "speed-dials", module: "speed_dials", words: () => t("short codes, abbreviated dialling, import"), load: () => import("./telephony/SpeedDialsPage") },
  { group: "calls", name: () => t("Emergency Calls"), path: "emergency-numbers", module: "emergency_numbers", words: () => t("911, 112, police, fire, ambulance"), load: () => import("./telephony/EmergencyNumbersPage") },
  { group: "calls", name: () => t("Conference Rooms"), path: "conference-rooms", module: "conference_rooms", words: () => t("meetings, PIN, mute, participants"), load: () => import("./telephony/ConferenceRoomsPage") },
  { group: "calls", name: () => t("Paging/Intercom"), path: "paging-groups", module: "paging_groups", words: () => t("announcement, loudspeaker, auto answer"), load: () => import("./telephony/PagingGroupsPage") },
  { group: "calls", name: () => t("Parking Lots"), path: "parking-lots", module: "parking_lots", words: () => t("call park, slots, retrieve"), load: () => import("./telephony/ParkingLotsPage") },
  { group: "calls", name: () => t("Pickup Groups"), path: "pickup-groups", module: "pickup_groups", words: () => t("call pickup"), load: () => import("./telephony/PickupGroupsPage") },
  { group: "calls", name: () => t("IVR"), path: "ivrs", module: "ivrs", words: () => t("menu, auto attendant, keys, welcome"), load: () => import("./telephony/IvrsPage") },
  { group: "calls", name: () => t("Dial by Name"), path: "name-directories", module: "name_directories", words: () => t("directory, letters"), load: () => import("./telephony/NameDirectoriesPage") },
  { group: "calls", name: () => t("Announcements"), path: "announcements", module: "announcements", words: () => t("prompt, closed, next destination"), load: () => import("./telephony/AnnouncementsPage") },
  { group: "calls", name: () => t("Announcement Center"), path: "center-messages", module: "announcements", words: () => t("play to a group, code"), load: () => import("./telephony/CenterMessagesPage") },
  { group: "calls", name: () => t("Announcement Groups"), path: "center-groups", module: "announcements", words: () => t("announcement center, members, code"), load: () => import("./telephony/CenterGroupsPage") },
  { group: "calls", name: () => t("DISA"), path: "disas", module: "disas", words: () => t("direct inward system access, dial tone"), load: () => import("./telephony/DisasPage") },
  { group: "calls", name: () => t("Callback"), path: "callbacks", module: "callbacks", words: () => t("call back, callers"), load: () => import("./telephony/CallbacksPage") },
  { group: "calls", name: () => t("Fax Extensions"), path: "fax-extensions", module: "fax", words: () => t("fax to email, virtual fax machine, PDF"), load: () => import("./telephony/FaxExtensionsPage") },
  { group: "calls", name: () => t("Received Faxes"), path: "faxes", module: "fax", words: () => t("fax, download, PDF, failed"), load: () => import("./telephony/FaxesPage") },
  { ...settingsPage("calls", () => t("Fax Settings"), "fax-settings", "fax", "fax"), words: () => t("T.38, error correction, transfer rate, default address") },
  { group: "other", name: () => t("Wake-up Service"), path: "wake-up-calls", module: "wake_ups", words: () => t("alarm, morning call"), load: () => import("./telephony/WakeUpCallsPage") },
  { group: "other", name: () => t("Hotel Rooms"), path: "pms-rooms", module: "pms", words: () => t("PMS, guests, check-in, hotel"), load: () => import("./telephony/PmsRoomsPage") },
  { ...settingsPage("other", () => t("Mini Bar"), "mini-bar", "pms", "mini_bar"), words: () => t("PMS, goods, maids, hotel") },
  { ...settingsPage("other", () => t("Room Status Prompts"), "room-statuses", "pms", "room_statuses"), words: () => t("PMS, cleaning, maids, hotel") },
  { group: "other", name: () => t("Mini Bar Goods"), path: "mini-bar-goods", module: "pms", words: () => t("PMS, articles, hotel"), load: () => import("./telephony/MiniBarGoodsPage") },
  { group: "other", name: () => t("Mini Bar Maids"), path: "mini-bar-maids", module: "pms", words: () => t("PMS, hotel, codes"), load: () => import("./telephony/MiniBarMaidsPage") },
  { group: "pbx", name: () => t("Custom Prompts"), path: "custom-prompts", module: "custom_prompts", words: () => t("sounds, upload, welcome, audio files"), load: () => import("./telephony/CustomPromptsPage") },
  { group: "pbx", name: () => t("Alert-Info Prompt"), path: "ringtones", module: "custom_prompts", words: () => t("ringtones, upload, remote ringtone, audio files"), load: () => import("./telephony/RingtonesPage") },
  { group: "pbx", name: () => t("Music On Hold"), path: "music-classes", module: "music_on_hold", words: () => t("MoH, waiting, playlist, upload"), load: () => import("./telephony/MusicClassesPage") },
  { ...settingsPage("pbx", () => t("Voice Prompts"), "voice-prompts", "custom_prompts", "voice_prompts"), words: () => t("language, spoken words") },
  { ...settingsPage("calls", () => t("Feature Codes"), "feature-codes", "feature_codes", "feature_codes"), load: () => import("./telephony/FeatureCodesPage"), words: () => t("star codes, pickup, park") },
  { ...settingsPage("pbx", () => t("Recording"), "recording", "recordings"), words: () => t("record calls, stereo, code") },
  { ...settingsPage("pbx", () => t("Recording Storage"), "recording-storage", "recordings", "recording_storage"), load: () => import("./calls/RecordingStoragePage"), words: () => t("NAS, netdisk, external storage, move recordings") },
  { ...settingsPage("pbx", () => t("Number Ranges"), "numbers", "extensions"), words: () => t("extensions, queues, ring groups, rooms, IVR, parking, fax, dial plan") },
  { ...settingsPage("pbx", () => t("SIP Settings"), "sip", "sip_security"), words: () => t("digest, authentication, MD5, SHA-256, DNS, registration time") },
  { ...settingsPage("pbx", () => t("RTP and Tones"), "media", "sip_security"), words: () => t("ring back, call waiting tone, country, RTP timeout, silence") },
  { ...settingsPage("pbx", () => t("SIP Limits"), "sip-limits", "sip_security", "sip_limits"), words: () => t("flood, connections, message size, subscriptions") },
  { ...settingsPage("pbx", () => t("SIP TLS"), "sip-tls", "sip_security", "sip_tls"), load: () => import("./system/SipTlsPage"), words: () => t("certificates, client certificates, encryption") },
  { group: "messaging", name: () => t("Live Chat"), path: "livechats", module: "livechat", words: () => t("visitors, web site, widget, inquiries"), load: () => import("./livechat/LiveChatPage") },
  { group: "messaging", name: () => t("Live Visitors"), path: "live-visitors", module: "livechat", words: () => t("who is on the web site now, pages"), load: () => import("./livechat/LiveVisitorsPage") },
  { group: "messaging", name: () => t("Chat Records"), path: "livechat-records", module: "livechat_records", words: () => t("transcripts, history, visitors, export, delete"), load: () => import("./livechat/RecordsPage") },
  { group: "messaging", name: () => t("Webhooks"), path: "webhooks", module: "livechat", words: () => t("programs, integration, events, signed messages, HTTP"), load: () => import("./webhooks/WebhooksPage") },
  { group: "messaging", name: () => t("Message Broadcast"), path: "broadcasts", module: "broadcast", words: () => t("notice, announcement"), load: () => import("./broadcast/BroadcastPage") },
  { group: "system", name: () => t("First Steps"), path: "first-steps", module: null, isFor: (rights) => stepsFor(rights).length > 0, words: () => t("begin, set up, new server"), load: () => import("./start/FirstStepsPage") },
  { group: "system", name: () => t("Email Settings"), path: "email", module: "email", words: () => t("SMTP, mail server, sender, test"), settings: "email", load: () => import("./email/EmailSettingsPage") },
  { group: "system", name: () => t("Incoming Email"), path: "incoming-email", module: "email", words: () => t("IMAP, mailbox, answers, reply"), settings: "incoming_email", load: () => import("./email/IncomingEmailPage") },
  { group: "system", name: () => t("Email Templates"), path: "email-templates", module: "email", words: () => t("texts, mails, languages"), load: () => import("./email/EmailTemplatesPage") },
  { group: "system", name: () => t("Email Send Log"), path: "email-log", module: "email", words: () => t("outbox, mails, failed, dead letters"), load: () => import("./email/EmailLogPage") },
  settingsPage("messaging", () => t("IM Settings"), "im-settings", "im_settings", "im_settings"),
  settingsPage("system", () => t("Time Settings"), "time", "time_settings"),
  { ...settingsPage("system", () => t("Cleaner"), "cleaner", "recordings"), words: () => t("retention, delete old call records and recordings, disk") },
  { ...settingsPage("system", () => t("System Events"), "system-events", "email", "system_events"), words: () => t("alerts, warning contacts, lost registration") },
  { ...settingsPage("system", () => t("Security Settings"), "security", "users"), words: () => t("second factor, passwords, lock-out, trusted networks, sessions") },
  { group: "system", name: () => t("Fail2ban"), path: "fail2ban", module: "sip_security", words: () => t("SIP, bans, whitelist, attacks, unban"), settings: "fail2ban", load: () => import("./system/Fail2banPage") },
  { group: "system", name: () => t("HTTP Server"), path: "http-server", module: "http_server", words: () => t("certificate, HTTPS, public address, hosts"), settings: "http_server", load: () => import("./system/HttpServerPage") },
  { group: "other", name: () => t("API Configuration"), path: "api-users", module: "api_users", words: () => t("HTTPS API, programs, API users"), load: () => import("./system/ApiUsersPage") },
  { ...settingsPage("other", () => t("HTTPS API Settings"), "https-api", "api_users", "https_api"), words: () => t("call control, programs") },
  { group: "cdr", name: () => t("Call History"), path: "calls", module: "call_history", words: () => t("CDR, records, legs, download"), load: () => import("./calls/CallHistoryPage") },
  { group: "cdr", name: () => t("Active Calls"), path: "active-calls", module: "active_calls", words: () => t("live, hang up"), load: () => import("./calls/ActiveCallsPage") },
  { group: "cdr", name: () => t("Queue Recordings"), path: "queue-recordings", module: "recordings", words: () => t("agents, sound, play, download"), load: () => import("./queues/QueueRecordingsPage") },
  { group: "cdr", name: () => t("Queue Statistics"), path: "queue-report", module: "queues", words: () => t("report, service level, abandoned, agents, XLSX"), load: () => import("./queues/QueueReportPage") },
  { group: "cdr", name: () => t("Agent Log"), path: "queue-agent-log", module: "queues", words: () => t("agents, login, logout, breaks, pause, reasons"), load: () => import("./queues/AgentLogPage") },
  { group: "cdr", name: () => t("Chat Statistics"), path: "livechat-report", module: "livechat", words: () => t("report, visitors, ratings, waiting time, agents, XLSX"), load: () => import("./livechat/LiveChatReportPage") },
  { group: "cdr", name: () => t("Scheduled Queue Reports"), path: "queue-report-schedules", module: "queues", words: () => t("mail, daily, weekly, monthly, CSV, XLSX"), load: () => import("./queues/ReportSchedulesPage") },
  { group: "cdr", name: () => t("Call Diagnosis"), path: "call-diagnosis", module: "call_history", words: () => t("no sound, failed, one-way audio, quality"), load: () => import("./calls/DiagnosisPage") },
  { group: "cdr", name: () => t("Recordings"), path: "recordings", module: "recordings", words: () => t("sound, play, download"), load: () => import("./calls/RecordingsPage") },
  { group: "maintenance", name: () => t("Users"), path: "users", module: "users", words: () => t("administrators, accounts, passwords"), load: () => import("./people/UsersPage") },
  { group: "maintenance", name: () => t("Custom Privileges"), path: "privileges", module: "users", words: () => t("rights, modules"), load: () => import("./people/PrivilegesPage") },
  { group: "maintenance", name: () => t("Wave Privileges"), path: "wave-privileges", module: "wave_privileges", words: () => t("rights, Delete Chat, portal"), load: () => import("./people/WavePrivilegesPage") },
  { group: "maintenance", name: () => t("Personal Data"), path: "personal-data", module: "personal_data", words: () => t("GDPR, privacy, erase, export, visitors, proof"), load: () => import("./privacy/PersonalDataPage") },
  { group: "maintenance", name: () => t("Operation Log"), path: "operations", module: "operation_log", words: () => t("audit, changes, history"), load: () => import("./operations/OperationsPage") },
];

/** What the own menu opens: everybody's, and in no group of the menu. */
export const ownPages: readonly Page[] = [
  { group: "system", name: () => t("Password and security"), path: "own-security", module: null, load: () => import("./OwnSecurityPage") },
];

export const mayOpen = (rights: Rights, page: Page): boolean => maySee(rights, page.module) && (page.isFor?.(rights) ?? true);

export interface Section {
  group: Group;
  pages: Page[];
}

/** The menu of somebody with these rights; a group shows once it has a page to show. */
export function menuFor(rights: Rights, all: readonly Page[] = pages): Section[] {
  return groups
    .map((group) => ({ group, pages: all.filter((page) => page.group === group.id && mayOpen(rights, page)) }))
    .filter((section) => section.pages.length > 0);
}

/** The menu's pages whose name, group or other words hold each of the words looked for. */
export function found(sections: readonly Section[], wanted: string): Section[] {
  const words = wanted.trim().toLocaleLowerCase().split(/\s+/);
  const holds = (section: Section, page: Page): boolean => {
    const text = `${page.name()} ${section.group.name()} ${page.words?.() ?? ""}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
  return sections.map((section) => ({ ...section, pages: section.pages.filter((page) => holds(section, page)) })).filter((section) => section.pages.length > 0);
}
