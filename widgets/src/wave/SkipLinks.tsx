import { t } from "../shared/i18n";
import styles from "./SkipLinks.module.css";

/** The first stops of the keyboard: past the navigation, to the words. */
export function SkipLinks() {
  return (
    <div className={styles.links}>
      <button type="button" onClick={() => focusOn("main h1")}>
        {t("Skip to the content")}
      </button>
      <button type="button" onClick={() => focusOn('main form textarea, main [role="log"], main h1')}>
        {t("Skip to the conversation")}
      </button>
    </div>
  );
}

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}
