import { Confirm } from "../kit/Confirm";
import { useSession } from "../kit/session-context";
import { toast } from "../kit/toasts";
import { notDone } from "../kit/refusal";
import { ApiError } from "../shared/api";
import { t } from "../shared/i18n";
import type { ChatRecord } from "./records";

interface Props {
  chat: ChatRecord;
  /** It was tried, and said whether it was done. */
  onDone: () => void;
  onClose: () => void;
}

/** Asks before a chat is taken from whoever has it, and offered anew. */
export function BackIntoLine({ chat, onDone, onClose }: Props) {
  const { api } = useSession();

  async function free(): Promise<void> {
    onClose();
    try {
      await api.post(`/v1/conversations/${encodeURIComponent(chat.id)}/free`, {});
      toast({ tone: "success", title: t("It waits again"), text: chat.visitor.name });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    onDone();
  }

  return (
    <Confirm
      opened
      title={t("Put {name} back into the line?", { name: chat.visitor.name })}
      text={t("For chats that are stuck: no agent has it any more, the visitor keeps the place, and all who may take it are told anew.")}
      action={t("Back into the line")}
      onConfirm={free}
      onClose={onClose}
    />
  );
}
