import { t } from "../shared/i18n";
import { Icon } from "../kit/Icon";
import styles from "./Verified.module.css";

/** The visitor's web site vouches for who this is; with `subject`, what it calls them. */
export function Verified({ subject }: { subject?: string }) {
  return (
    <span className={styles.verified} title={t("Their web site has signed who this is.")}>
      <Icon name="check" size={14} />
      <span>{t("Verified")}</span>
      {subject && <bdi className={styles.subject}>{subject}</bdi>}
    </span>
  );
}
