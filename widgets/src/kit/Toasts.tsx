import { Button, CloseButton } from "@mantine/core";
import { useEffect, useSyncExternalStore } from "react";

import { t } from "../shared/i18n";
import styles from "./Toasts.module.css";
import { currentToasts, dismiss, type Toast, watchToasts } from "./toasts";

export function Toasts() {
  const toasts = useSyncExternalStore(watchToasts, currentToasts);
  return (
    <div className={styles.region} role="region" aria-label={t("Notifications")}>
      <div aria-live="polite" className={styles.list}>
        {toasts.filter((toast) => toast.tone !== "danger").map((toast) => (
          <Card key={toast.id} toast={toast} />
        ))}
      </div>
      <div className={styles.list}>
        {toasts.filter((toast) => toast.tone === "danger").map((toast) => (
          <Card key={toast.id} toast={toast} />
        ))}
      </div>
    </div>
  );
}

function Card({ toast }: { toast: Toast }) {
  useEffect(() => {
    if (toast.stay_ms === null) return undefined;
    const timer = setTimeout(() => dismiss(toast.id), toast.stay_ms);
    return () => clearTimeout(timer);
  }, [toast.id, toast.stay_ms]);
  return (
    <div className={styles.toast} data-tone={toast.tone} role={toast.tone === "danger" ? "alert" : undefined}>
      <div className={styles.words}>
        <strong>
          <bdi>{toast.title}</bdi>
        </strong>
        {toast.text && <span>
            <bdi>{toast.text}</bdi>
          </span>}
      </div>
      {toast.action && (
        <Button
          size="compact-sm"
          onClick={() => {
            toast.action?.run();
            dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <CloseButton size="sm" aria-label={t("Dismiss")} onClick={() => dismiss(toast.id)} />
    </div>
  );
}
