import { t } from "../../shared/i18n";
import { Notice } from "../Notice";
import { countdown } from "../time";
import styles from "./Card.module.css";

/** Why it was not done, spoken at once; while signing in is locked, how long that lasts. */
export function Problem({ id, text, left_s = 0 }: { id: string; text: string | null; left_s?: number }) {
  const locked = left_s > 0;
  return (
    <>
      <div id={id} role="alert">
        {text && <Notice tone="danger">{locked ? t("Too many attempts. Signing in is locked for now.") : text}</Notice>}
      </div>
      {locked && (
        <p role="timer" className={styles.timer}>
          {t("Try again in {time}.", { time: countdown(left_s * 1000) })}
        </p>
      )}
    </>
  );
}
