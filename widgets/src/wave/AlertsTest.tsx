import { Button, Loader } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { t } from "../shared/i18n";
import type { IconName } from "../shared/icons";
import { Dialog } from "../kit/Dialog";
import { Icon } from "../kit/Icon";
import { useSession } from "../kit/session-context";
import { tryDesktop, tryPush, trySound, type Verdict, type Way } from "./alert-trial";
import styles from "./AlertsTest.module.css";

type Verdicts = Partial<Record<Way, Verdict>>;

const WAYS: readonly { way: Way; icon: IconName; name: () => string }[] = [
  { way: "sound", icon: "sound", name: () => t("Sound") },
  { way: "desktop", icon: "bell", name: () => t("Desktop notifications") },
  { way: "push", icon: "phone", name: () => t("Push notifications") },
];

/** Tries every alert and says what is wrong with which. */
export function AlertsTest({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title={t("Test my alerts")}>
      <AlertVerdicts />
    </Dialog>
  );
}

/** Begins at once: it was asked for. */
function AlertVerdicts() {
  const { api } = useSession();
  const [verdicts, setVerdicts] = useState<Verdicts>({});
  const [turn, setTurn] = useState(0);
  const tell = useCallback((way: Way, verdict: Verdict) => setVerdicts((before) => ({ ...before, [way]: verdict })), []);
  useEffect(() => {
    let current = true;
    const tries: Record<Way, () => Promise<Verdict>> = { sound: trySound, desktop: tryDesktop, push: () => tryPush(api) };
    async function all(): Promise<void> {
      for (const { way } of WAYS) {
        const verdict = await tries[way]();
        if (!current) return;
        tell(way, verdict);
      }
    }
    setVerdicts({});
    void all();
    return () => void (current = false);
  }, [api, tell, turn]);
  const running = WAYS.some(({ way }) => !verdicts[way]);
  return (
    <>
      <ul className={styles.ways} aria-live="polite">
        {WAYS.map(({ way, icon, name }) => (
          <li key={way} data-tone={verdicts[way]?.tone}>
            <Icon name={icon} size={20} />
            <div>
              <b>{name()}</b>
              <p>{verdicts[way]?.text ?? t("Being tried…")}</p>
            </div>
            <span className={styles.mark}>{verdicts[way] ? <Icon name={verdicts[way].tone === "good" ? "check" : verdicts[way].tone === "bad" ? "alert" : "pause"} size={20} /> : <Loader size={18} />}</span>
          </li>
        ))}
      </ul>
      <Button variant="default" disabled={running} onClick={() => setTurn(turn + 1)}>
        {t("Test again")}
      </Button>
    </>
  );
}
