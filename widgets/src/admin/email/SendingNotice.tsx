import { useCallback } from "react";

import { href } from "../../kit/route";
import { useSession } from "../../kit/session-context";
import { shortTime } from "../../kit/time";
import { nt, t } from "../../shared/i18n";
import { State } from "../../kit/State";
import { usePolled } from "../../kit/usePolled";
import type { SendingStatus } from "./emails";
import styles from "./Email.module.css";

/** How sending goes now: whether there is a server, what is wrong with it, and how many emails wait. */
export function SendingNotice({ turn = 0 }: { turn?: number }) {
  const { api } = useSession();
  const load = useCallback(() => api.get<SendingStatus>("/v1/email/status"), [api, turn]);
  const { value } = usePolled(load, () => "slow");
  if (value === null) return null;
  const waiting = (value.counts.waiting ?? 0) + (value.counts.sending ?? 0);
  const failed = value.counts.failed ?? 0;
  return (
    <div role="status" className={styles.status} data-state={value.state}>
      <div className={styles.now}>
        {value.state === "ready" && <State tone="good">{t("Ready to send")}</State>}
        {value.state === "no_server" && <State tone="warn">{t("No SMTP server is set")}</State>}
        {value.state === "trouble" && <State tone="bad">{t("Emails are held back")}</State>}
        <span>{nt("{n} email waits", "{n} emails wait", waiting)}</span>
        {failed > 0 && <a href={href("email-log")}>{nt("{n} has failed", "{n} have failed", failed)}</a>}
      </div>
      {value.state === "no_server" && <p>{t("Emails wait in the outbox, and are sent as soon as a server is set.")}</p>}
      {value.state === "trouble" && (
        <p>
          {value.message} {value.words && <bdi className={styles.words}>{value.words}</bdi>} {value.since && t("Since {time}; it is tried again by itself.", { time: shortTime(value.since) })}
        </p>
      )}
      {value.start_option && <p>{t("The mail server is set by the start option --smtp; it can be read here, but not changed.")}</p>}
    </div>
  );
}
