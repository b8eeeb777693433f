import { Modal } from "@mantine/core";

import { t } from "../../shared/i18n";
import calls from "../calls/Calls.module.css";

export interface Heard {
  name: string;
  /** Where its sound is. */
  src: string;
}

/** Plays one sound. */
export function SoundDialog({ heard, onClose }: { heard: Heard | null; onClose: () => void }) {
  return (
    <Modal opened={heard !== null} onClose={onClose} title={heard?.name ?? ""} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
      {heard && <audio controls autoPlay className={calls.sound} src={heard.src} aria-label={heard.name} />}
    </Modal>
  );
}
