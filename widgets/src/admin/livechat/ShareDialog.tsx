import { Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { t } from "../../shared/i18n";
import { CopyButton } from "../CopyButton";
import { type LiveChat, pathOf, snippetOf } from "./livechats";
import styles from "./ShareDialog.module.css";

/** Everything that leads visitors to a live chat: its link, the line for web sites, the QR code. */
export function ShareDialog({ livechat, onClose }: { livechat: LiveChat | null; onClose: () => void }) {
  // It stays readable while the dialog fades away.
  const [shown, setShown] = useState(livechat);
  if (livechat !== null && livechat !== shown) setShown(livechat);
  return (
    <Modal opened={livechat !== null} onClose={onClose} title={t("Link of “{name}”", { name: shown?.name ?? "" })} size="lg" closeButtonProps={{ "aria-label": t("Close") }}>
      {shown && (
        <div className={styles.share}>
          <Part title={t("Link")} hint={t("For mails, buttons and messages.")} text={shown.copy_url} />
          <Part title={t("Line for a web site")} hint={t("Put it into your pages, before </body>: it adds a button that opens the chat.")} text={snippetOf(shown)} />
          <section>
            <h3>{t("QR code")}</h3>
            <p className={styles.hint}>{t("For posters and leaflets: it opens the link.")}</p>
            <img className={styles.code} src={`${pathOf(shown.id)}/qr`} alt={t("QR code of {url}", { url: shown.copy_url })} width={220} height={220} />
          </section>
        </div>
      )}
    </Modal>
  );
}

function Part({ title, hint, text }: { title: string; hint: ReactNode; text: string }) {
  return (
    <section>
      <h3>{title}</h3>
      <p className={styles.hint}>{hint}</p>
      <div className={styles.row}>
        <code dir="ltr" tabIndex={0}>
          {text}
        </code>
        <CopyButton text={text} />
      </div>
    </section>
  );
}
