import { Button } from "@mantine/core";
import { useState } from "react";

import { t } from "../../shared/i18n";
import { Icon } from "../../kit/Icon";
import { Person } from "../../kit/Person";
import { countdown } from "../../kit/time";
import { useNow } from "../../kit/useNow";
import { useDesk } from "../context";
import { type Call, partnerOf } from "./call";
import styles from "./CallCard.module.css";
import { usePhone } from "./context";
import { DialPad } from "./DialPad";
import { Pictures } from "./Pictures";
import { Transfer } from "./Transfer";
import { useCallFlip } from "./useCallFlip";
import { nameOf, phaseWords } from "./words";

/** One call with all that can be done with it. */
export function CallCard({ call }: { call: Call }) {
  const desk = useDesk();
  const name = nameOf(call, desk.contacts);
  return (
    <li className={styles.card} data-phase={call.phase} aria-label={name}>
      <div className={styles.who}>
        <Person name={name} seed={call.number} size={44} />
        <div className={styles.words}>
          <b>
            <bdi>{name}</bdi>
          </b>
          <span>
            {name !== call.number && (
              <>
                <bdi>{call.number}</bdi> ·{" "}
              </>
            )}
            <span role="status">{phaseWords(call)}</span>
            <Talked call={call} />
          </span>
        </div>
      </div>
      <Pictures call={call} name={name} />
      {call.phase === "talking" && <Talking call={call} name={name} />}
      {(call.phase === "calling" || call.phase === "ringing") && (
        <div className={styles.buttons}>
          <HangUp call={call} />
        </div>
      )}
    </li>
  );
}

/** How long it has been, for the eye alone: read out each second it would drown the voices. */
export function Talked({ call }: { call: Call }) {
  const now = useNow(call.phase === "talking" ? 1000 : null);
  if (call.phase !== "talking" || call.answered_ms === null) return null;
  return (
    <span className={styles.time} aria-hidden="true">
      {" · "}
      {countdown(now - call.answered_ms)}
    </span>
  );
}

export function HangUp({ call }: { call: Call }) {
  const { phone } = usePhone();
  return (
    <Button color="red" leftSection={<Icon name="hangUp" size={18} />} onClick={() => void phone.do({ act: "hang_up", id: call.id })}>
      {t("Hang up")}
    </Button>
  );
}

/** Whether to take a call. */
export function Choice({ call }: { call: Call }) {
  const { phone } = usePhone();
  return (
    <div className={styles.buttons}>
      <Button leftSection={<Icon name="phone" size={18} />} onClick={() => void phone.do({ act: "answer", id: call.id })}>
        {t("Answer")}
      </Button>
      <Button color="red" leftSection={<Icon name="hangUp" size={18} />} onClick={() => void phone.do({ act: "hang_up", id: call.id })}>
        {t("Decline")}
      </Button>
    </div>
  );
}

export function Mute({ call }: { call: Call }) {
  const { phone } = usePhone();
  return (
    <Button
      variant={call.muted ? "filled" : "default"}
      aria-pressed={call.muted}
      leftSection={<Icon name={call.muted ? "microphoneOff" : "microphone"} size={18} />}
      onClick={() => void phone.do({ act: "mute", id: call.id, on: !call.muted })}
    >
      {t("Mute")}
    </Button>
  );
}

function Talking({ call, name }: { call: Call; name: string }) {
  const { phone, state } = usePhone();
  const desk = useDesk();
  const [keys, setKeys] = useState(false);
  const [transferring, setTransferring] = useState(false);
  const [pressed, setPressed] = useState("");
  const partner = partnerOf(state.calls, call);
  const flip = useCallFlip();
  function press(key: string): void {
    setPressed((before) => before + key);
    void phone.do({ act: "press", id: call.id, digits: key });
  }
  return (
    <>
      <div className={styles.buttons}>
        <Mute call={call} />
        <Button variant={call.held ? "filled" : "default"} aria-pressed={call.held} leftSection={<Icon name={call.held ? "play" : "pause"} size={18} />} onClick={() => void phone.do({ act: "hold", id: call.id, on: !call.held })}>
          {t("Hold")}
        </Button>
        <Button variant={call.camera ? "filled" : "default"} aria-pressed={call.camera} leftSection={<Icon name={call.camera ? "camera" : "cameraOff"} size={18} />} onClick={() => void phone.do({ act: "camera", id: call.id, on: !call.camera })}>
          {t("Camera")}
        </Button>
        <Button variant="default" aria-expanded={keys} leftSection={<Icon name="grid" size={18} />} onClick={() => setKeys(!keys)}>
          {t("Keys")}
        </Button>
        <Button variant="default" leftSection={<Icon name="transfer" size={18} />} onClick={() => setTransferring(true)}>
          {t("Transfer")}
        </Button>
        {flip && (
          <Button variant="default" leftSection={<Icon name="phone" size={18} />} onClick={() => void phone.do({ act: "transfer", id: call.id, number: flip })}>
            {t("Call Flip")}
          </Button>
        )}
        {partner && (
          <Button variant="light" leftSection={<Icon name="transfer" size={18} />} onClick={() => void phone.do({ act: "join", id: partner.id, to: call.id })}>
            {t("Connect {one} with {other}", { one: nameOf(partner, desk.contacts), other: name })}
          </Button>
        )}
        <HangUp call={call} />
      </div>
      {keys && (
        <div className={styles.keys}>
          <output aria-label={t("Keys pressed")}>{pressed}</output>
          <DialPad onPress={press} />
        </div>
      )}
      <Transfer call={call} name={name} opened={transferring} onClose={() => setTransferring(false)} />
    </>
  );
}
