/** What happened in a group, in a sentence. */
import { isMine } from "../shared/conversation";
import { t } from "../shared/i18n";
import type { Me, WireEvent } from "../shared/wire";

interface Person {
  id: string;
  name: string;
}

/** Empty for events that are not of groups. */
export function groupLine(event: WireEvent, me: Me): string {
  const mine = isMine(event.author, me);
  const by = event.author.name;
  const members = names((event["members"] ?? []) as Person[], me);
  const member = (event["member"] ?? event["owner"]) as Person | undefined;
  const name = member ? names([member], me) : "";
  const title = String(event["title"] ?? "");
  if (event.kind === "state") return mine ? t("You dissolved the group.") : t("{name} dissolved the group.", { name: by });
  switch (event.code) {
    case "group_created":
      return mine ? t("You made the group “{title}”.", { title }) : t("{name} made the group “{title}”.", { name: by, title });
    case "members_added":
      return mine ? t("You added {members}.", { members }) : t("{name} added {members}.", { name: by, members });
    case "member_removed":
      return mine ? t("You removed {member}.", { member: name }) : t("{name} removed {member}.", { name: by, member: name });
    case "member_left":
      return mine ? t("You left the group.") : t("{name} left the group.", { name: by });
    case "renamed":
      return mine ? t("You named the group “{title}”.", { title }) : t("{name} named the group “{title}”.", { name: by, title });
    case "notice_changed":
      return event["notice"] ? t("{name} wrote a notice: {notice}", { name: by, notice: String(event["notice"]) }) : t("{name} removed the notice.", { name: by });
    case "owner_changed":
      return me.who === `user:${member?.id}` ? t("You now own the group.") : t("{member} now owns the group.", { member: name });
    case "admin_added":
      return me.who === `user:${member?.id}` ? t("You are now an administrator of the group.") : t("{member} is now an administrator of the group.", { member: name });
    case "admin_removed":
      return me.who === `user:${member?.id}` ? t("You are no longer an administrator of the group.") : t("{member} is no longer an administrator of the group.", { member: name });
    default:
      return "";
  }
}

function names(people: readonly Person[], me: Me): string {
  const words = people.map(({ id, name }) => (me.who === `user:${id}` ? t("you") : name));
  return new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" }).format(words);
}
