/** What the signed-in administrator may do, module by module. */
import { createContext, useContext } from "react";

import type { Level } from "../kit/session";

export type { Level };

/** The server's `Module`: what a custom privilege is given or refused for. */
export type Module =
  | "extensions"
  | "extension_groups"
  | "trunks"
  | "outbound_routes"
  | "inbound_routes"
  | "queues"
  | "ring_groups"
  | "speed_dials"
  | "emergency_numbers"
  | "pin_groups"
  | "pickup_groups"
  | "parking_lots"
  | "conference_rooms"
  | "paging_groups"
  | "ivrs"
  | "custom_prompts"
  | "music_on_hold"
  | "announcements"
  | "disas"
  | "callbacks"
  | "wake_ups"
  | "fax"
  | "pms"
  | "name_directories"
  | "feature_codes"
  | "voicemail"
  | "call_history"
  | "recordings"
  | "active_calls"
  | "supervision"
  | "livechat"
  | "livechat_records"
  | "personal_data"
  | "broadcast"
  | "im_settings"
  | "users"
  | "wave_privileges"
  | "time_settings"
  | "http_server"
  | "api_users"
  | "email"
  | "operation_log"
  | "sip_security";

/** `null` stands for everything. */
export type Rights = Readonly<Record<string, Level>> | null;

export function levelOf(rights: Rights, module: Module | null): Level {
  if (rights === null || module === null) return "edit";
  return rights[module] ?? "none";
}

export const maySee = (rights: Rights, module: Module | null): boolean => levelOf(rights, module) !== "none";

export const RightsContext = createContext<Rights>(null);

/** Whether this administrator may change what belongs to the module. */
export function useMayEdit(module: Module): boolean {
  return levelOf(useContext(RightsContext), module) === "edit";
}
