import { Button, Modal } from "@mantine/core";

import type { ApiError } from "../../shared/api";
import { t } from "../../shared/i18n";
import styles from "./SettingsForm.module.css";

/** Somebody else's change, met while saving. */
export interface Meanwhile {
  by: string;
  version: number | undefined;
}

/** What the server said of it. */
export function meanwhileOf(error: ApiError): Meanwhile {
  const { by, version } = (error.body ?? {}) as { by?: unknown; version?: unknown };
  return { by: typeof by === "string" ? by : "", version: typeof version === "number" ? version : undefined };
}

interface Props {
  meanwhile: Meanwhile | null;
  busy: boolean;
  onLoad: (() => void) | undefined;
  onOverwrite: (version: number | undefined) => void;
  onClose: () => void;
}

/** Asks whose change is to stand. */
export function Overwriting({ meanwhile, busy, onLoad, onOverwrite, onClose }: Props) {
  return (
    <Modal opened={meanwhile !== null} onClose={onClose} title={t("Somebody else has changed this")} size="md" closeButtonProps={{ "aria-label": t("Close") }}>
      <p className={styles.explained}>
        {meanwhile?.by ? t("{name} saved a change while you were editing. Load it and lose what you typed, or keep yours and replace theirs.", { name: meanwhile.by }) : t("A change was saved while you were editing. Load it and lose what you typed, or keep yours and replace theirs.")}
      </p>
      <div className={styles.answers}>
        <Button variant="default" onClick={onLoad} data-autofocus disabled={!onLoad}>
          {t("Load their version")}
        </Button>
        <Button color="red" loading={busy} onClick={() => onOverwrite(meanwhile?.version)}>
          {t("Overwrite")}
        </Button>
      </div>
    </Modal>
  );
}
