import { useState } from "preact/hooks";
import { t } from "../shared/i18n";
import { number } from "../shared/time";
import type { Config } from "./config";
import { Alert, Text } from "./parts";

/** Where an administrator's text names the visitor's place. */
const POSITION = "${POSITION}";

export interface WaitingProps {
  config: Config;
  position: number | null;
  attended: boolean;
  onLeave: () => Promise<string>;
}

/** Which place in line the visitor has, and the way out where messages may be left. */
export function Waiting({ config, position, attended, onLeave }: WaitingProps) {
  const message = (attended ? config.queueing_message : config.no_agent_message) ?? "";
  const told = message.includes(POSITION);
  const [problem, setProblem] = useState("");
  return (
    <>
      <div class="waiting">
        <span class="pulse" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <div role="status">
          {!told && <strong>{position ? t("You are number {position} in line.", { position: number(position) }) : t("You are in line.")}</strong>}
          <p>
            <Text>{message.replaceAll(POSITION, position ? number(position) : "…")}</Text> {t("You can write your question already.")}
          </p>
        </div>
        {!attended && config.offline_form && (
          <button type="button" class="link" onClick={() => void onLeave().then(setProblem)}>
            {t("Leave a message")}
          </button>
        )}
      </div>
      {problem && <Alert>{problem}</Alert>}
    </>
  );
}
