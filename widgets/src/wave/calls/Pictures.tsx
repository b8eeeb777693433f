import { useEffect, useRef } from "react";

import { t } from "../../shared/i18n";
import type { Call } from "./call";
import { usePhone } from "./context";
import styles from "./Pictures.module.css";

/** The other side, and in a corner oneself, mirrored as one knows oneself. */
export function Pictures({ call, name }: { call: Call; name: string }) {
  const { phone } = usePhone();
  if (!call.camera && !call.pictures) return null;
  if (!phone.leads) return <p className={styles.elsewhere}>{t("The pictures of this call are in another tab.")}</p>;
  const { own, theirs } = phone.pictures(call.id);
  return (
    <div className={styles.pictures} data-alone={!call.pictures || undefined}>
      {call.pictures && <Picture stream={theirs} label={t("Picture of {name}", { name })} />}
      {call.camera && <Picture stream={own} label={t("Your own picture")} own />}
    </div>
  );
}

function Picture({ stream, label, own = false }: { stream: MediaStream | null; label: string; own?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current && video.current.srcObject !== stream) video.current.srcObject = stream;
  });
  return <video ref={video} className={own ? styles.own : styles.theirs} aria-label={label} autoPlay playsInline muted />;
}
