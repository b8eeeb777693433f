import { ActionIcon, Menu } from "@mantine/core";
import { lazy, Suspense, useState } from "react";

import { type Conversation, isOver } from "../shared/conversation";
import { t } from "../shared/i18n";
import { Confirm } from "../kit/Confirm";
import { Icon } from "../kit/Icon";
import { go } from "../kit/route";
import { useSession } from "../kit/session-context";
import { useDesk } from "./context";
import { partner } from "./desk";
import { useGrant } from "./grants";

const GroupDialog = lazy(() => import("./GroupDialog").then((module) => ({ default: module.GroupDialog })));

type Asking = "delete" | "leave" | null;

/** What one can do with a whole chat: for oneself, and with a group. */
export function ChatMenu({ conversation }: { conversation: Conversation }) {
  const desk = useDesk();
  const session = useSession();
  const [asking, setAsking] = useState<Asking>(null);
  const [group, setGroup] = useState(false);
  const { id, pinned, muted } = conversation;
  const isGroup = conversation.kind === "group";
  const over = isOver(conversation);
  const mayDelete = useGrant("delete_chat");
  const { name } = partner(conversation, desk.me);
  async function remove(): Promise<void> {
    if (await desk.deleteChat(id)) go("chats");
    setAsking(null);
  }
  async function leave(): Promise<void> {
    if (await desk.leaveGroup(id)) go("chats");
    setAsking(null);
  }
  return (
    <>
      {isGroup && (
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("Group")} onClick={() => setGroup(true)}>
          <Icon name="people" />
        </ActionIcon>
      )}
      <Menu position="bottom-end" withinPortal shadow="md" onOpen={() => void session.load()}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("Chat options")}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="pin" size={17} />} onClick={() => void desk.keep(id, { pinned: !pinned })}>
            {pinned ? t("Unpin") : t("Pin")}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name={muted ? "bell" : "silent"} size={17} />} onClick={() => void desk.keep(id, { muted: !muted })}>
            {muted ? t("Unmute") : t("Mute")}
          </Menu.Item>
          {isGroup && !over && (
            <Menu.Item leftSection={<Icon name="exit" size={17} />} onClick={() => setAsking("leave")}>
              {t("Leave group")}
            </Menu.Item>
          )}
          {mayDelete && (
            <Menu.Item color="red" leftSection={<Icon name="trash" size={17} />} onClick={() => setAsking("delete")}>
              {t("Delete chat")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking === "delete"}
        title={t("Delete this chat?")}
        text={t("It disappears from your list with everything that was said. Others keep theirs. With a new message it comes back, empty.")}
        action={t("Delete chat")}
        danger
        onConfirm={remove}
        onClose={() => setAsking(null)}
      />
      <Confirm
        opened={asking === "leave"}
        title={t("Leave the group “{name}”?", { name })}
        text={t("You no longer see what is written there. Somebody in the group has to add you again.")}
        action={t("Leave group")}
        danger
        onConfirm={leave}
        onClose={() => setAsking(null)}
      />
      {group && (
        <Suspense fallback={null}>
          <GroupDialog conversation={conversation} onClose={() => setGroup(false)} />
        </Suspense>
      )}
    </>
  );
}
