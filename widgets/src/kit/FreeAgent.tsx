import { t } from "../shared/i18n";
import { Confirm } from "./Confirm";

/** What an agent can be taken to be doing that is over in truth. */
const STUCK: ReadonlySet<string> = new Set(["ringing", "on_call", "wrap_up", "resting"]);

export const mayBeStuck = (state: string): boolean => STUCK.has(state);

interface Props {
  name: string;
  onConfirm: () => Promise<void> | void;
  onClose: () => void;
}

/** Asks before it is forgotten what an agent is taken to be doing. */
export function FreeAgent({ name, onConfirm, onClose }: Props) {
  return (
    <Confirm
      opened
      danger
      title={t("Free {agent}?", { agent: name })}
      text={t("For agents who are shown busy with what is over: a talk, a ring or a wrap-up of theirs is forgotten. Who is on the phone goes on talking.")}
      action={t("Free")}
      onConfirm={onConfirm}
      onClose={onClose}
    />
  );
}
