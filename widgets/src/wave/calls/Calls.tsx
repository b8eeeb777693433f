import { Button } from "@mantine/core";
import { useState } from "react";

import { t } from "../../shared/i18n";
import { Icon } from "../../kit/Icon";
import { Notice } from "../../kit/Notice";
import { PageHead } from "../PageHead";
import { isIncoming } from "./call";
import { CallCard } from "./CallCard";
import page from "../page.module.css";
import styles from "./Calls.module.css";
import { usePhone } from "./context";
import { Dialler } from "./Dialler";
import { History } from "./History";
import { QueueDesk } from "./QueueDesk";
import { missingWords } from "./microphone";
import { SoundSettings } from "./SoundSettings";
import { readinessWords } from "./words";

/** The softphone's view: what is up, whom to call, who called. */
export function Calls() {
  const { state } = usePhone();
  const [sound, setSound] = useState(false);
  const { readiness } = state;
  const calls = state.calls.filter((call) => !isIncoming(call)); // those are told of over every view
  return (
    <main className={page.page}>
      <div className={styles.column}>
        <PageHead title={t("Calls")}>
          <Button variant="default" leftSection={<Icon name="settings" size={16} />} onClick={() => setSound(true)} disabled={readiness === "insecure"}>
            {t("Sound")}
          </Button>
        </PageHead>
        <p className={styles.readiness} data-readiness={readiness} role="status">
          {readinessWords(readiness)}
        </p>
        {readiness === "insecure" && <Notice tone="warn">{missingWords("insecure")}</Notice>}
        {calls.length > 0 && (
          <ul className={styles.calls} aria-label={t("Current calls")}>
            {calls.map((call) => (
              <CallCard key={call.id} call={call} />
            ))}
          </ul>
        )}
        <QueueDesk />
        <div className={styles.parts}>
          <Dialler />
          <History />
        </div>
      </div>
      <SoundSettings opened={sound} onClose={() => setSound(false)} />
    </main>
  );
}
