import { t } from "../shared/i18n";
import { initials } from "../shared/initials";
import styles from "./Person.module.css";

export type PresenceState = "available" | "away" | "offline";

const TINTS = 6;

/** A face without a picture: initials on a tint that stays the same for the same person. */
export function Person({ name, seed, presence, size = 38 }: { name: string; seed: string; presence?: PresenceState | undefined; size?: number }) {
  return (
    <span className={styles.person} style={{ inlineSize: size, blockSize: size, fontSize: size * 0.38 }}>
      <span className={styles.face} data-tint={tint(seed)} aria-hidden="true">
        {initials(name)}
      </span>
      {presence && <Dot presence={presence} />}
    </span>
  );
}

function Dot({ presence }: { presence: PresenceState }) {
  return (
    <span className={styles.dot} data-presence={presence} title={presenceWords(presence)}>
      <span className="visually-hidden">{presenceWords(presence)}</span>
    </span>
  );
}

export function presenceWords(presence: PresenceState): string {
  switch (presence) {
    case "available":
      return t("Available");
    case "away":
      return t("On the phone only");
    case "offline":
      return t("Offline");
  }
}

function tint(seed: string): number {
  let sum = 7;
  for (const letter of seed) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % TINTS;
}
