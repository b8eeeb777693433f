/** What is said of a call that is not up; it stays until it is read. */
import { t } from "../../shared/i18n";
import * as icons from "../../shared/icons/paths";
import { Icon } from "../parts";

export function Said({ words, onDismiss }: { words: string; onDismiss: () => void }) {
  return (
    <section class="call over" aria-label={t("Call")}>
      <p role="alert">{words}</p>
      <button type="button" class="tool" aria-label={t("Close")} title={t("Close")} onClick={onDismiss}>
        <Icon paths={icons.close} />
      </button>
    </section>
  );
}
