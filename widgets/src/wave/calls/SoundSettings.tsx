import { Button, Modal, NativeSelect } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { t } from "../../shared/i18n";
import { Notice } from "../../kit/Notice";
import { usePhone } from "./context";
import { listDevices, noDevices, NoMicrophone, stopStream } from "../../shared/microphone";
import { chooseDevices, chosenDevices, missingWords, openMicrophone, watchLevel } from "./microphone";
import styles from "./SoundSettings.module.css";

export function SoundSettings({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t("Microphone and loudspeaker")} closeButtonProps={{ "aria-label": t("Close") }}>
      <Choices onClose={onClose} />
    </Modal>
  );
}

/** Which devices calls use; the microphone is open while this is, to show how loud it is. */
function Choices({ onClose }: { onClose: () => void }) {
  const { phone } = usePhone();
  const [chosen, setChosen] = useState(chosenDevices());
  const [devices, setDevices] = useState(noDevices);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [missing, setMissing] = useState("");

  const open = useCallback(async () => {
    try {
      setStream(await openMicrophone());
      setMissing("");
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      setStream(null);
      setMissing(missingWords(error.why));
    }
    setDevices(await listDevices()); // they have names once the microphone was allowed
  }, []);
  useEffect(() => void open(), [open, chosen.microphone]);
  useEffect(() => () => stopStream(stream), [stream]);

  function choose(change: Partial<typeof chosen>): void {
    setChosen(chooseDevices(change));
    void phone.do({ act: "devices" });
  }
  return (
    <div className={styles.rows}>
      {missing && (
        <div role="alert">
          <Notice tone="warn">{missing}</Notice>
        </div>
      )}
      <NativeSelect label={t("Microphone")} value={chosen.microphone} onChange={(event) => choose({ microphone: event.currentTarget.value })} data={choices(devices.microphones)} />
      <Level stream={stream} />
      {devices.speakers.length > 0 && <NativeSelect label={t("Loudspeaker")} value={chosen.speaker} onChange={(event) => choose({ speaker: event.currentTarget.value })} data={choices(devices.speakers)} />}
      {devices.cameras.length > 0 && <NativeSelect label={t("Camera")} value={chosen.camera} onChange={(event) => choose({ camera: event.currentTarget.value })} data={choices(devices.cameras)} />}
      <Button onClick={onClose}>{t("Done")}</Button>
    </div>
  );
}

function choices(devices: readonly MediaDeviceInfo[]): { value: string; label: string }[] {
  const named = devices.filter(({ deviceId }) => deviceId !== "default").map(({ deviceId, label }) => ({ value: deviceId, label }));
  return [{ value: "", label: t("As in the system") }, ...named];
}

function Level({ stream }: { stream: MediaStream | null }) {
  const [level, setLevel] = useState(0);
  useEffect(() => (stream ? watchLevel(stream, setLevel) : undefined), [stream]);
  return (
    <div className={styles.level}>
      <span id="microphone-level">{t("Say something: the bar moves when you are heard.")}</span>
      <meter aria-labelledby="microphone-level" min={0} max={1} value={level} />
    </div>
  );
}
