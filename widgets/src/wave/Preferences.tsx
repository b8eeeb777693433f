import { Button, NativeSelect, SegmentedControl, Switch } from "@mantine/core";
import { useEffect, useState } from "react";

import { ApiError } from "../shared/api";
import { language, t } from "../shared/i18n";
import { Dialog } from "../kit/Dialog";
import type { Appearance } from "../kit/appearance";
import { Icon } from "../kit/Icon";
import { Person } from "../kit/Person";
import { useSession } from "../kit/session-context";
import { toast } from "../kit/toasts";
import { askForDesktop, desktopPermission } from "./alerts";
import { AlertsTest } from "./AlertsTest";
import { useDesk } from "./context";
import { useInstalling, type WorkerState } from "./installing";
import { nameOf, type OwnSettings } from "./own-settings";
import styles from "./Preferences.module.css";
import { beginPush, endPush, type PushState, pushState } from "./push";

export function Preferences({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title={t("Settings")}>
      <Choices />
    </Dialog>
  );
}

function Choices() {
  const desk = useDesk();
  const { settings } = desk;
  const [permission, setPermission] = useState(desktopPermission());
  const [testing, setTesting] = useState(false);
  useEffect(() => void desk.loadSettings(), [desk]);
  const choose = (change: Partial<OwnSettings>): void => void desk.changeSettings(change);

  return (
    <div className={styles.rows}>
      <Profile />
      <Switch label={t("Sound")} description={t("A short chime for new messages and inquiries")} checked={settings.sound} onChange={(event) => choose({ sound: event.currentTarget.checked })} />
      <Switch
        label={t("Desktop notifications")}
        description={permissionWords(permission)}
        disabled={permission !== "granted"}
        checked={settings.desktop && permission === "granted"}
        onChange={(event) => choose({ desktop: event.currentTarget.checked })}
      />
      <div className={styles.buttons}>
        {permission === "default" && (
          <Button variant="light" onClick={() => void askForDesktop().then(setPermission)}>
            {t("Allow desktop notifications")}
          </Button>
        )}
        <Button variant="default" onClick={() => setTesting(true)}>
          {t("Test my alerts")}
        </Button>
      </div>
      {testing && <AlertsTest onClose={() => setTesting(false)} />}
      <PushSwitch />
      <Switch
        label={t("Enter sends the message")}
        description={t("When off, Enter begins a new line, and Control and Enter send.")}
        checked={settings.enter_sends}
        onChange={(event) => choose({ enter_sends: event.currentTarget.checked })}
      />
      <Segments
        title={t("Appearance")}
        value={settings.theme}
        onChange={(theme) => choose({ theme: theme as Appearance })}
        data={[
          { value: "auto", label: t("Automatic") },
          { value: "light", label: t("Light") },
          { value: "dark", label: t("Dark") },
        ]}
      />
      <Segments
        title={t("Time")}
        value={settings.time_format}
        onChange={(format) => choose({ time_format: format as OwnSettings["time_format"] })}
        data={[
          { value: "auto", label: t("Automatic") },
          { value: "12", label: t("12 hours") },
          { value: "24", label: t("24 hours") },
        ]}
      />
      <NativeSelect
        label={t("Language")}
        value={desk.languages.includes(settings.language) ? settings.language : ""}
        onChange={(event) => choose({ language: event.currentTarget.value })}
        rightSection={<Icon name="chevron" size={16} />}
        data={[{ value: "", label: t("The browser's") }, ...(desk.languages.length > 0 ? desk.languages : [language()]).map((tag) => ({ value: tag, label: nameOf(tag) }))]}
      />
      <Installing />
    </div>
  );
}

/** Who one is to the others; an administrator keeps it. */
function Profile() {
  const { me, contacts } = useDesk();
  const email = contacts.find(({ number }) => number === me.id)?.email;
  return (
    <div className={styles.profile}>
      <Person name={me.name} seed={me.id} size={46} />
      <div>
        <b>
          <bdi>{me.name}</bdi>
        </b>
        <p className={styles.words}>{[me.id, email].filter(Boolean).join(" · ")}</p>
      </div>
    </div>
  );
}

function PushSwitch() {
  const { api } = useSession();
  const [state, setState] = useState<PushState | "busy">("busy");
  useEffect(() => void pushState().then(setState), []);
  async function choose(on: boolean): Promise<void> {
    setState("busy");
    try {
      setState(on ? await beginPush(api) : await endPush(api));
    } catch (error) {
      toast({ tone: "danger", title: t("Push notifications could not be switched on"), text: error instanceof ApiError && error.message ? error.message : t("The browser's push service cannot be reached.") });
      setState(await pushState());
    }
  }
  return (
    <Switch
      label={t("Push notifications")}
      description={pushWords(state)}
      disabled={state === "busy" || state === "unsupported" || state === "denied"}
      checked={state === "on"}
      onChange={(event) => void choose(event.currentTarget.checked)}
    />
  );
}

function pushWords(state: PushState | "busy"): string {
  switch (state) {
    case "unsupported":
      return t("This browser does not offer them here");
    case "denied":
      return t("Blocked in this browser; allow them in the site's settings");
    default:
      return t("On this device, while Wave is closed");
  }
}

/** Offers to install Wave where the browser can; otherwise says why not. */
function Installing() {
  const { worker, install } = useInstalling();
  const words = installingWords(worker);
  if (!install && !words) return null;
  return (
    <div>
      <h3 className={styles.heading}>{t("App")}</h3>
      {install ? (
        <Button variant="default" onClick={() => void install()} leftSection={<Icon name="download" size={16} />}>
          {t("Install Wave")}
        </Button>
      ) : (
        <p className={styles.words}>{words}</p>
      )}
    </div>
  );
}

function installingWords(worker: WorkerState): string {
  switch (worker) {
    case "insecure":
      return t("Wave can be installed, and tell you of news while it is closed, when it is opened over HTTPS.");
    case "refused":
      return t("Wave cannot be installed here: this browser does not trust the server's certificate.");
    default:
      return matchMedia("(display-mode: standalone)").matches ? "" : t("Your browser's menu installs Wave as an app of its own.");
  }
}

interface SegmentsProps {
  title: string;
  value: string;
  onChange: (value: string) => void;
  data: { value: string; label: string }[];
}

function Segments({ title, value, onChange, data }: SegmentsProps) {
  return (
    <fieldset className={styles.segments}>
      <legend className={styles.heading}>{title}</legend>
      <SegmentedControl aria-label={title} fullWidth value={value} onChange={onChange} data={data} />
    </fieldset>
  );
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
