import { Button, Popover, Switch } from "@mantine/core";
import { useCallback, useRef, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Icon } from "../../kit/Icon";
import { useSession } from "../../kit/session-context";
import { notDone } from "../../kit/refusal";
import { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import { useDesk } from "../context";
import { useQueues } from "./context";
import bar from "./DutyBar.module.css";
import styles from "./QueueSwitches.module.css";

interface OwnQueue {
  number: string;
  name: string;
  /** One may log in and out. */
  may_log_in: boolean;
  logged_in: boolean;
  paused: boolean;
}

type Step = "log-in" | "log-out" | "pause" | "unpause";

const after: Record<Step, Partial<OwnQueue>> = {
  "log-in": { logged_in: true },
  "log-out": { logged_in: false },
  pause: { paused: true },
  unpause: { paused: false },
};

/** The queues one serves: an agent logs in and out of each, and takes a break there. */
export function QueueSwitches() {
  const { api } = useSession();
  const desk = useDesk();
  const own = useQueues().queues;
  const [queues, setQueues] = useState<OwnQueue[] | "loading" | "failed">("loading");
  const steps = useRef(0);
  const load = useCallback(async () => {
    try {
      setQueues((await api.get<{ items: OwnQueue[] }>("/v1/me/queues")).items);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setQueues("failed");
    }
  }, [api]);

  /** Shown at once; what the server says after the last step stands in the end. */
  async function take(queue: OwnQueue, step: Step): Promise<void> {
    const mine = ++steps.current;
    if (Array.isArray(queues)) setQueues(queues.map((each) => (each === queue ? { ...each, ...after[step] } : each)));
    try {
      await api.post(`/v1/queues/${encodeURIComponent(queue.number)}/${step}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error);
    }
    if (mine === steps.current) await Promise.all([load(), own.load(), desk.loadInquiries()]); // others may be taken now, or none
  }

  return (
    <Popover position="bottom-end" shadow="md" withinPortal trapFocus onOpen={() => void load()}>
      <Popover.Target>
        <Button size="compact-sm" variant="default" aria-keyshortcuts="q" data-shortcut="queues" leftSection={<Icon name="headset" size={15} />}>
          <span className={bar.word}>{t("My queues")}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("My queues")}>
        {queues === "loading" ? (
          <Loading />
        ) : queues === "failed" ? (
          <Failed text={t("Your queues could not be loaded.")} retry={() => void load()} />
        ) : queues.length === 0 ? (
          <p className={styles.none}>{t("You serve no queue.")}</p>
        ) : (
          <ul className={styles.queues}>
            {queues.map((queue) => (
              <li key={queue.number} role="group" aria-label={queue.name}>
                <p className={styles.name}>
                  <bdi>{queue.name}</bdi> <span>{queue.number}</span>
                </p>
                {(queue.may_log_in || !queue.logged_in) && <Switch label={t("Logged in")} checked={queue.logged_in} onChange={() => void take(queue, queue.logged_in ? "log-out" : "log-in")} />}
                <Switch label={t("On break")} disabled={!queue.logged_in} checked={queue.paused} onChange={() => void take(queue, queue.paused ? "unpause" : "pause")} />
              </li>
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
