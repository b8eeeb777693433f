import { t } from "../../shared/i18n";
import styles from "./DialPad.module.css";

const KEYS = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", "+"],
  ["#", ""],
] as const;

/** The keys of a telephone, in the order they have everywhere, whichever way the page is read. */
export function DialPad({ onPress }: { onPress: (key: string) => void }) {
  return (
    <div className={styles.pad} data-dial-pad dir="ltr" role="group" aria-label={t("Dial pad")}>
      {KEYS.map(([key, letters]) => (
        <button key={key} type="button" className={styles.key} aria-label={nameOfKey(key)} onClick={() => onPress(key)}>
          <b>{key}</b>
          <small aria-hidden="true">{letters}</small>
        </button>
      ))}
    </div>
  );
}

function nameOfKey(key: string): string {
  return key === "*" ? t("Star") : key === "#" ? t("Hash") : key;
}
