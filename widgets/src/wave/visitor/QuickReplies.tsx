import { Modal, NativeSelect } from "@mantine/core";
import { useCallback, useState } from "react";

import { t } from "../../shared/i18n";
import type { QuickReply } from "../../kit/quick-replies/quick-replies";
import { QuickReplyShelf } from "../../kit/quick-replies/QuickReplyShelf";
import { useLoaded } from "../../kit/useLoaded";
import { useSession } from "../../kit/session-context";

export interface AtHand {
  items: readonly QuickReply[];
  variables: Readonly<Record<string, string>>;
}

interface LiveChatSeat {
  id: string;
  name: string;
  chairman: boolean;
}

const OWN = "/v1/me/quick-replies";

/** What can be said quickly in a visitor's chat; nothing elsewhere. */
export function useQuickReplies(conversation: string | null): { atHand: AtHand | null; reload: () => void } {
  const { api } = useSession();
  const load = useCallback(async () => (conversation ? api.get<AtHand>(`/v1/conversations/${conversation}/quick-replies`) : null), [api, conversation]);
  const { value, reload } = useLoaded(load);
  return { atHand: value, reload: () => void reload() };
}

interface Props {
  onClose: () => void;
  onUse?: (reply: QuickReply) => void;
}

/** An agent's own quick replies, and those of the live chats whose chairman they are. */
export function QuickReplies({ onClose, onUse }: Props) {
  const { api } = useSession();
  const seats = useLoaded(useCallback(() => api.get<{ items: LiveChatSeat[] }>("/v1/livechats"), [api]));
  const [path, setPath] = useState(OWN);
  const chaired = seats.value?.items.filter(({ chairman }) => chairman) ?? [];
  return (
    <Modal opened onClose={onClose} title={t("Quick replies")} size="lg" closeButtonProps={{ "aria-label": t("Close") }}>
      {chaired.length > 0 && (
        <NativeSelect
          label={t("Kept for")}
          mb="md"
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          data={[{ value: OWN, label: t("Me") }, ...chaired.map(({ id, name }) => ({ value: `/v1/livechats/${id}/quick-replies`, label: t("Everybody in {livechat}", { livechat: name }) }))]}
        />
      )}
      <QuickReplyShelf key={path} path={path} {...(onUse ? { onUse } : {})} />
    </Modal>
  );
}
