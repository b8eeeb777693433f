import { Button, Loader } from "@mantine/core";
import type { ReactNode } from "react";

import type { IconName } from "../shared/icons";
import { t } from "../shared/i18n";
import styles from "./Blank.module.css";
import { Icon } from "./Icon";

/** What a view shows when it has nothing to show: why, and what one can do about it. */
export function Blank({ icon, title, text, children }: { icon: IconName; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className={styles.blank}>
      <span className={styles.icon}>
        <Icon name={icon} size={26} />
      </span>
      <p className={styles.title}>{title}</p>
      {text && <p className={styles.text}>{text}</p>}
      {children}
    </div>
  );
}

export function Loading({ label }: { label?: string }) {
  return (
    <div className={styles.blank} role="status">
      <Loader size="sm" color="brand" />
      <span className={styles.text}>{label ?? t("Loading…")}</span>
    </div>
  );
}

export function Failed({ text, retry, children }: { text: string; retry: () => void; children?: ReactNode }) {
  return (
    <div role="alert">
      <Blank icon="alert" title={t("This could not be loaded")} text={text}>
        <Button variant="default" onClick={retry} leftSection={<Icon name="retry" size={16} />}>
          {t("Try again")}
        </Button>
        {children}
      </Blank>
    </div>
  );
}
