import { Modal } from "@mantine/core";
import { useState } from "react";

import { shortTime } from "../../kit/time";
import { t } from "../../shared/i18n";
import { State } from "../../kit/State";
import { answerWords, type DeliveryDetails, deliveryState } from "./webhooks";
import styles from "./Webhooks.module.css";

/** One message: what was sent, and what came back each time. */
export function DeliveryDialog({ delivery, onClose }: { delivery: DeliveryDetails | null; onClose: () => void }) {
  // It stays readable while the dialog fades away.
  const [shown, setShown] = useState(delivery);
  if (delivery !== null && delivery !== shown) setShown(delivery);
  return (
    <Modal opened={delivery !== null} onClose={onClose} title={shown?.type ?? ""} size="xl" closeButtonProps={{ "aria-label": t("Close") }}>
      {shown && (
        <div className={styles.details}>
          <div>
            <State tone={deliveryState(shown.state).tone}>{deliveryState(shown.state).words}</State>
          </div>
          <section>
            <h3>{t("Answers")}</h3>
            {shown.attempts.length === 0 && <p>{t("Not tried yet.")}</p>}
            {shown.attempts.map((attempt) => (
              <div key={attempt.at}>
                <p>{t("{time}: {answer}, after {ms} ms", { time: shortTime(attempt.at), answer: answerWords(attempt), ms: String(attempt.took_ms) })}</p>
                {attempt.response && (
                  <pre dir="ltr" tabIndex={0}>
                    {attempt.response}
                  </pre>
                )}
              </div>
            ))}
          </section>
          <section>
            <h3>{t("Request")}</h3>
            <pre dir="ltr" tabIndex={0}>
              {[`POST ${shown.url}`, ...Object.entries(shown.headers).map(([name, value]) => `${name}: ${value}`), "", JSON.stringify(shown.payload, null, 2)].join("\n")}
            </pre>
          </section>
        </div>
      )}
    </Modal>
  );
}
