import { Button, Modal, Switch } from "@mantine/core";
import { useState } from "react";

import { t } from "../shared/i18n";
import { chime, setSound, soundOn } from "../shared/sound";
import { AppearanceChoice } from "../kit/AppearanceChoice";
import { toast } from "../kit/toasts";
import { askForDesktop, desktopOn, desktopPermission, notifyDesktop, setDesktop } from "./alerts";
import styles from "./Preferences.module.css";

export function Preferences({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [sound, changeSound] = useState(soundOn());
  const [desktop, changeDesktop] = useState(desktopOn());
  const [permission, setPermission] = useState(desktopPermission());

  function test(): void {
    chime();
    const shown = notifyDesktop(t("This is a test"), t("So you are told when somebody waits for you."), "engage test", () => undefined);
    toast({ key: "test", tone: "success", title: t("This is a test"), text: tested(sound, shown) });
  }

  return (
    <Modal opened={opened} onClose={onClose} title={t("Alerts and appearance")} closeButtonProps={{ "aria-label": t("Close") }}>
      <div className={styles.rows}>
        <Switch
          label={t("Sound")}
          description={t("A short chime for new messages and inquiries")}
          checked={sound}
          onChange={(event) => {
            setSound(event.currentTarget.checked);
            changeSound(event.currentTarget.checked);
          }}
        />
        <Switch
          label={t("Desktop notifications")}
          description={permissionWords(permission)}
          disabled={permission !== "granted"}
          checked={desktop && permission === "granted"}
          onChange={(event) => {
            setDesktop(event.currentTarget.checked);
            changeDesktop(event.currentTarget.checked);
          }}
        />
        <div className={styles.buttons}>
          {permission === "default" && (
            <Button variant="light" onClick={() => void askForDesktop().then(setPermission)}>
              {t("Allow desktop notifications")}
            </Button>
          )}
          <Button variant="default" onClick={test}>
            {t("Test my alerts")}
          </Button>
        </div>
        <div>
          <h3 id="appearance" className={styles.heading}>
            {t("Appearance")}
          </h3>
          <AppearanceChoice labelledBy="appearance" />
        </div>
      </div>
    </Modal>
  );
}

function tested(sound: boolean, desktop: boolean): string {
  if (sound && desktop) return t("You should hear a chime and see a desktop notification.");
  if (sound) return t("You should hear a chime. Desktop notifications are off.");
  if (desktop) return t("You should see a desktop notification. The sound is off.");
  return t("Sound and desktop notifications are off: only messages like this one will tell you.");
}

function permissionWords(permission: ReturnType<typeof desktopPermission>): string {
  switch (permission) {
    case "granted":
      return t("Also while this page is in the background");
    case "denied":
      return t("Blocked in this browser; allow them in the site's settings");
    case "unsupported":
      return t("This browser offers them only over HTTPS");
    case "default":
      return t("The browser asks for your permission first");
  }
}
