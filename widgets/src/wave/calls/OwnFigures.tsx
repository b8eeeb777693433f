import { Button } from "@mantine/core";
import { useCallback, useState } from "react";

import { Failed, Loading } from "../../kit/Blank";
import { Dialog } from "../../kit/Dialog";
import { Icon } from "../../kit/Icon";
import type { AgentFigures, Figures } from "../../kit/queue-figures/figures";
import { AgentTable, QueueTable } from "../../kit/queue-figures/Figures";
import { useSession } from "../../kit/session-context";
import { beginOf } from "../../kit/time";
import { useLoaded } from "../../kit/useLoaded";
import { t } from "../../shared/i18n";
import styles from "./OwnFigures.module.css";

interface OwnReport {
  /** Of who serves a queue. */
  own: AgentFigures | null;
  /** Of the queues one chairs. */
  queues: Figures[];
  agents: AgentFigures[];
}

/** Opens the figures of the day: one's own, and those of the queues one chairs. */
export function OwnFigures() {
  const [shown, setShown] = useState(false);
  return (
    <>
      <Button size="compact-xs" variant="subtle" className={styles.opener} leftSection={<Icon name="list" size={14} />} onClick={() => setShown(true)}>
        {t("Figures of today")}
      </Button>
      {shown && (
        <Dialog title={t("Figures of today")} size="xl" onClose={() => setShown(false)}>
          <Report />
        </Dialog>
      )}
    </>
  );
}

function Report() {
  const { api } = useSession();
  const report = useLoaded(useCallback(() => api.get<OwnReport>(`/v1/me/queue-report?from=${encodeURIComponent(beginOf(1, Date.now()))}`), [api]));
  if (report.value === null) return report.failed ? <Failed text={t("The report could not be loaded.")} retry={report.reload} /> : <Loading />;
  const { own, queues, agents } = report.value;
  return (
    <div className={styles.parts}>
      {own && <AgentTable title={t("My figures")} rows={[own]} />}
      {queues.length > 0 && <QueueTable title={t("My queues")} rows={queues} />}
      {agents.length > 0 && <AgentTable title={t("Agents")} rows={agents} />}
      {!own && queues.length === 0 && <p className={styles.none}>{t("Nobody called in this time.")}</p>}
    </div>
  );
}
