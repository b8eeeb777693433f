import { Button } from "@mantine/core";
import { useState } from "react";

import { announce } from "../../shared/announce";
import { t } from "../../shared/i18n";
import { copy } from "../clipboard";
import { Icon } from "../Icon";
import { Notice } from "../Notice";
import { toast } from "../toasts";
import styles from "./Security.module.css";

interface Props {
  codes: readonly string[];
  user: string;
  done: () => void;
}

/** Shows recovery codes, once. */
export function RecoveryCodes({ codes, user, done }: Props) {
  const [copied, setCopied] = useState(false);
  const sheet = [t("Recovery codes of {user} at {host}", { user, host: location.host }), "", ...codes, ""].join("\r\n");

  async function put(): Promise<void> {
    if (await copy(codes.join("\n"))) {
      setCopied(true);
      announce(t("Copied"));
    } else toast({ tone: "danger", title: t("The browser did not allow copying") });
  }

  function download(): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([sheet], { type: "text/plain;charset=utf-8" }));
    link.download = `engage-recovery-codes-${user}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  return (
    <div className={styles.form}>
      <p className={styles.words}>{t("When your phone or your keys are lost, each of these codes lets you in once. Keep them where only you find them.")}</p>
      <Notice tone="warn">{t("They are shown now and never again.")}</Notice>
      <div className={styles.sheet}>
        <p className={styles.printed}>{t("Recovery codes of {user} at {host}", { user, host: location.host })}</p>
        <ol className={styles.codes} aria-label={t("Recovery codes")} dir="ltr">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
      </div>
      <div className={styles.buttons} data-start>
        <Button variant="default" leftSection={<Icon name={copied ? "check" : "copy"} size={16} />} onClick={() => void put()}>
          {t("Copy")}
        </Button>
        <Button variant="default" leftSection={<Icon name="download" size={16} />} onClick={download}>
          {t("Download")}
        </Button>
        <Button variant="default" leftSection={<Icon name="print" size={16} />} onClick={() => print()}>
          {t("Print")}
        </Button>
      </div>
      <div className={styles.buttons}>
        <Button onClick={done}>{t("I have kept them")}</Button>
      </div>
    </div>
  );
}
