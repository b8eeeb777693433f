import { NativeSelect } from "@mantine/core";
import { useState } from "react";

import { t } from "../../shared/i18n";
import { Dialog } from "../../kit/Dialog";
import type { QuickReply } from "../../kit/quick-replies/quick-replies";
import { QuickReplyShelf } from "../../kit/quick-replies/QuickReplyShelf";
import { useChaired } from "./at-hand";

const OWN = "/v1/me/quick-replies";

interface Props {
  onClose: () => void;
  onUse?: (reply: QuickReply) => void;
}

/** An agent's own quick replies, and those of the live chats whose chairman they are. */
export function QuickReplies({ onClose, onUse }: Props) {
  const chaired = useChaired();
  const [path, setPath] = useState(OWN);
  return (
    <Dialog onClose={onClose} title={t("Quick replies")} size="lg">
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
    </Dialog>
  );
}
