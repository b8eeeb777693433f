/** The modules of custom privileges, by the names of their pages. */
import { t } from "../../shared/i18n";
import type { Module } from "../rights";

export const modules: readonly Module[] = [
  "extensions",
  "extension_groups",
  "trunks",
  "outbound_routes",
  "inbound_routes",
  "queues",
  "ring_groups",
  "speed_dials",
  "emergency_numbers",
  "pin_groups",
  "pickup_groups",
  "parking_lots",
  "conference_rooms",
  "paging_groups",
  "ivrs",
  "custom_prompts",
  "music_on_hold",
  "announcements",
  "disas",
  "callbacks",
  "wake_ups",
  "fax",
  "pms",
  "name_directories",
  "feature_codes",
  "call_history",
  "recordings",
  "voicemail",
  "active_calls",
  "supervision",
  "livechat",
  "livechat_records",
  "personal_data",
  "broadcast",
  "im_settings",
  "time_settings",
  "http_server",
  "sip_security",
  "email",
  "users",
  "wave_privileges",
  "operation_log",
  "api_users",
];

export function moduleWords(module: Module): string {
  switch (module) {
    case "extensions":
      return t("Extensions");
    case "extension_groups":
      return t("Extension Groups");
    case "trunks":
      return t("VoIP Trunks");
    case "outbound_routes":
      return t("Outbound Routes");
    case "inbound_routes":
      return t("Inbound Routes");
    case "queues":
      return t("Call Queues");
    case "ring_groups":
      return t("Ring Groups");
    case "speed_dials":
      return t("Speed Dial");
    case "emergency_numbers":
      return t("Emergency Calls");
    case "pin_groups":
      return t("PIN Groups");
    case "pickup_groups":
      return t("Pickup Groups");
    case "parking_lots":
      return t("Parking Lots");
    case "conference_rooms":
      return t("Conference Rooms");
    case "paging_groups":
      return t("Paging/Intercom");
    case "ivrs":
      return t("IVR");
    case "custom_prompts":
      return t("Custom Prompts");
    case "music_on_hold":
      return t("Music On Hold");
    case "announcements":
      return t("Announcement Center");
    case "disas":
      return t("DISA");
    case "callbacks":
      return t("Callback");
    case "fax":
      return t("Fax/T.38");
    case "wake_ups":
      return t("Wake-up Service");
    case "pms":
      return t("PMS");
    case "name_directories":
      return t("Dial by Name");
    case "feature_codes":
      return t("Feature Codes");
    case "call_history":
      return t("Call History");
    case "recordings":
      return t("Recordings");
    case "voicemail":
      return t("Voicemail");
    case "active_calls":
      return t("Active Calls");
    case "supervision":
      return t("Listen, Whisper, Barge");
    case "livechat":
      return t("Live Chat");
    case "livechat_records":
      return t("Chat Records");
    case "personal_data":
      return t("Personal Data");
    case "broadcast":
      return t("Message Broadcast");
    case "im_settings":
      return t("IM Settings");
    case "time_settings":
      return t("Time Settings");
    case "http_server":
      return t("HTTP Server");
    case "sip_security":
      return t("SIP Security");
    case "email":
      return t("Email");
    case "users":
      return t("Users");
    case "wave_privileges":
      return t("Wave Privileges");
    case "operation_log":
      return t("Operation Log");
    case "api_users":
      return t("API Configuration");
  }
}
