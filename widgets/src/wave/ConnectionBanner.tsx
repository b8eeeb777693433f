import { Button } from "@mantine/core";
import { useEffect, useState } from "react";

import { t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import { useNow } from "../kit/useNow";
import styles from "./ConnectionBanner.module.css";
import { useDesk } from "./context";

/** A blink of the line is nobody's concern (milliseconds). */
const PATIENCE_MS = 1500;

export function ConnectionBanner() {
  const { client } = useDesk();
  const lost = client.connection === "offline";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!lost) {
      setShown(false);
      return undefined;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [lost]);
  const now = useNow(shown ? 1000 : null);
  const left_s = client.retryAtMs === null ? 0 : Math.max(0, Math.ceil((client.retryAtMs - now) / 1000));
  return (
    <div role="status">
      {shown && (
        <div className={styles.banner}>
          <Icon name="alert" size={17} />
          <span>{t("No connection. What you write is kept and sent later.")}</span>
          <Button size="compact-sm" variant="default" onClick={() => client.reconnect()}>
            {t("Connect now")}
          </Button>
          <span aria-hidden="true" className={styles.next}>
            {left_s > 0 && t("next try in {seconds} s", { seconds: left_s })}
          </span>
        </div>
      )}
      {!client.durable && <div className={styles.banner}>{t("This browser stores nothing: unsent messages are lost when the page is closed.")}</div>}
    </div>
  );
}
