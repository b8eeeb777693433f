/** The operation log in people's words: pure. Unknown actions are shown as they are. */
import { t } from "../../shared/i18n";

function kindWords(kind: string): string {
  switch (kind) {
    case "extension":
      return t("Extension");
    case "group":
    case "extension_group":
      return t("Extension Group");
    case "queue":
      return t("Call Queue");
    case "queue_report":
      return t("Scheduled queue report");
    case "agent":
    case "queue_agent":
      return t("Queue agent");
    case "queue_caller":
      return t("Caller");
    case "livechat":
      return t("Live Chat");
    case "livechat_record":
      return t("Chat record");
    case "webhook":
      return t("Webhook");
    case "chats":
      return t("Chats");
    case "person":
      return t("Person");
    case "cleaner":
      return t("Cleaner");
    case "trunk":
      return t("Trunk");
    case "media":
      return t("Process that carries the sound");
    case "broadcast":
      return t("Message Broadcast");
    case "admin":
      return t("User");
    case "privilege":
      return t("Custom Privilege");
    case "wave_privilege":
      return t("Wave Privilege");
    case "settings":
      return t("Settings");
    case "api":
      return t("HTTPS API");
    case "api_user":
      return t("API User");
    case "template":
      return t("Email template");
    case "certificate":
      return t("Certificate");
    case "ban":
      return t("Ban");
    case "ring_group":
      return t("Ring Group");
    case "speed_dial":
      return t("Speed Dial");
    case "emergency_number":
      return t("Emergency Number");
    case "pin_group":
      return t("PIN Group");
    case "pickup_group":
      return t("Pickup Group");
    case "parking_lot":
      return t("Parking Lot");
    case "conference_room":
      return t("Conference Room");
    case "conference":
      return t("Conference");
    case "paging_group":
      return t("Paging/Intercom Group");
    case "voicemail_group":
      return t("Voicemail Group");
    case "voicemail":
      return t("Voice message");
    case "ivr":
      return t("IVR");
    case "ringtone":
      return t("Ringtone");
    case "custom_prompt":
      return t("Custom Prompt");
    case "music_class":
      return t("Music On Hold");
    case "center_message":
    case "announcement":
      return t("Announcement");
    case "center_group":
      return t("Announcement Group");
    case "disa":
      return t("DISA");
    case "fax":
      return t("Fax");
    case "fax_extension":
      return t("Fax Extension");
    case "callback":
      return t("Callback");
    case "wake_up":
      return t("Wake-up Call");
    case "pms_room":
      return t("Hotel Room");
    case "mini_bar_goods":
      return t("Mini Bar Goods");
    case "mini_bar_maid":
      return t("Maid");
    case "name_directory":
      return t("Dial by Name");
    case "outbound_route":
      return t("Outbound Route");
    case "inbound_route":
      return t("Inbound Route");
    case "call":
      return t("Call");
    case "recording":
      return t("Recording");
    case "session":
      return t("Session");
    case "mail":
      return t("Email");
    case "password":
      return t("Password");
    case "second_factor":
      return t("Second factor");
    case "app":
      return t("Authenticator app");
    case "passkey":
      return t("Passkey");
    case "recovery_code":
      return t("Recovery codes");
    default:
      return kind;
  }
}

/** `extension.add`: “Extension: added”. */
export function actionWords(action: string): string {
  const at = action.indexOf(".");
  if (at < 0) return action;
  const kind = action.slice(0, at);
  const what = kindWords(kind);
  switch (action.slice(at + 1)) {
    case "add":
      return t("{what}: added", { what });
    case "change":
      return t("{what}: changed", { what });
    case "delete":
      return t("{what}: deleted", { what });
    case "import":
      return t("{what}: imported", { what });
    case "export":
      return t("{what}: exported", { what });
    case "reset":
      return t("{what}: reset", { what });
    case "renew":
      return t("{what}: renewed", { what });
    case "use":
      return t("{what}: used", { what });
    case "end":
      return t("{what}: ended", { what });
    case "forgot":
      return t("{what}: link sent", { what });
    case "login":
      return t("{what}: signed in", { what });
    case "create":
      return t("{what}: created", { what });
    case "cancel":
      return t("{what}: cancelled", { what });
    case "retry":
      return t("{what}: tried again", { what });
    case "restore":
      return t("{what}: restored", { what });
    case "test":
      return t("{what}: tested", { what });
    case "emergency_call":
      return t("{what}: emergency call", { what });
    case "lost_registration":
      return t("{what}: SIP registration lost", { what });
    case "recover":
      return t("{what}: works again", { what });
    case "crowd":
      return t("{what}: too many calls at once", { what });
    case "ease":
      return t("{what}: no longer too many calls", { what });
    case "overuse":
      return t("{what}: calls out have lasted longer than the threshold", { what });
    case "supervise":
      return t("{what}: supervised", { what });
    case "mute":
      return kind === "conference" ? t("{what}: participant muted", { what }) : t("{what}: muted", { what });
    case "unmute":
      return kind === "conference" ? t("{what}: participant unmuted", { what }) : t("{what}: unmuted", { what });
    case "hold":
      return t("{what}: held", { what });
    case "unhold":
      return t("{what}: taken back from hold", { what });
    case "accept":
      return t("{what}: accepted", { what });
    case "refuse":
      return t("{what}: refused", { what });
    case "play":
      return t("{what}: prompt played", { what });
    case "fail":
      return t("{what}: failed", { what });
    case "record":
      return t("{what}: recording switched", { what });
    case "move":
      return t("{what}: moved", { what });
    case "hang_up":
      return t("{what}: hung up", { what });
    case "place":
      return t("{what}: placed", { what });
    case "transfer":
      return t("{what}: transferred", { what });
    case "park":
      return t("{what}: parked", { what });
    case "record_prompt":
      return t("{what}: prompt recorded by phone", { what });
    case "log_in":
      return t("{what}: logged in", { what });
    case "log_out":
      return t("{what}: logged out", { what });
    case "take_break":
      return t("{what}: break begun", { what });
    case "end_break":
      return t("{what}: break ended", { what });
    case "ready":
      return t("{what}: wrap-up ended", { what });
    case "extend":
      return t("{what}: wrap-up extended", { what });
    case "free":
      return kind === "livechat" ? t("{what}: chat put back into the line", { what }) : t("{what}: freed", { what });
    case "ban":
      return t("{what}: visitor banned", { what });
    case "ask_ban":
      return t("{what}: ban asked for", { what });
    case "refuse_ban":
      return t("{what}: ban refused", { what });
    case "unban":
      return t("{what}: ban lifted", { what });
    case "bot":
      return t("{what}: bot changed", { what });
    case "bot_removed":
      return t("{what}: bot removed", { what });
    case "bot_token":
      return t("{what}: token of the bot renewed", { what });
    case "identity_secret":
      return t("{what}: secret for signed visitors added", { what });
    case "identity_secret_revoked":
      return t("{what}: secret for signed visitors revoked", { what });
    case "quick_reply.add":
      return t("{what}: quick reply added", { what });
    case "quick_reply.change":
      return t("{what}: quick reply changed", { what });
    case "quick_reply.delete":
      return t("{what}: quick reply deleted", { what });
    case "erase":
      return kind === "livechat" ? t("{what}: old chats erased", { what }) : t("{what}: personal data erased", { what });
    case "secret":
      return t("{what}: secret renewed", { what });
    case "replay":
    case "send":
      return t("{what}: sent", { what });
    case "switched_off":
      return t("{what}: switched off", { what });
    case "check_in":
      return t("{what}: guest checked in", { what });
    case "check_out":
      return t("{what}: guest checked out", { what });
    case "update":
      return t("{what}: guest changed", { what });
    case "status":
      return t("{what}: status told", { what });
    case "clear":
      return t("{what}: emptied", { what });
    case "run":
      return t("{what}: run", { what });
    case "expire":
      return t("{what}: old ones deleted", { what });
    case "switch_storage":
      return t("{what}: storage switched", { what });
    case "lock":
      return t("{what}: locked", { what });
    case "unlock":
      return t("{what}: unlocked", { what });
    case "remove":
      return kind === "conference" ? t("{what}: participant removed", { what }) : t("{what}: taken out", { what });
    case "read_secret":
      return t("{what}: password shown", { what });
    default:
      return t("{what}: {action}", { what, action: action.slice(at + 1).replaceAll("_", " ") });
  }
}

/** What was done; of programs the log says so, as its readers expect of the HTTPS API. */
export function operationWords(action: string, actor: string): string {
  return actor.startsWith("api:") ? `${actionWords(action)} (API)` : actionWords(action);
}

/** `extension:1000`: “1000”; a name that the row tells goes with it. */
export function subjectOf(object: string, detail: Readonly<Record<string, unknown>>): string {
  const key = object.slice(object.indexOf(":") + 1);
  const name = typeof detail["name"] === "string" ? detail["name"] : "";
  if (name) return /^\d+$/.test(key) ? `${key} ${name}` : name;
  return key || object.replace(/:$/, "");
}

/** `admin:root`: “root”; `system:`: the server itself. */
export function whoWords(actor: string): string {
  const [kind, name] = [actor.slice(0, actor.indexOf(":")), actor.slice(actor.indexOf(":") + 1)];
  if (kind === "system") return t("The server itself");
  if (kind === "api") return t("{name} (HTTPS API)", { name });
  if (kind === "user") return t("Extension {number}", { number: name });
  return name || actor;
}
