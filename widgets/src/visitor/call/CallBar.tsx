/** The call above the chat: how it goes, and what one can do with it. */
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { countdown } from "../../shared/countdown";
import { t } from "../../shared/i18n";
import * as icons from "../../shared/icons/paths";
import { type Devices, listDevices, type Missing, noDevices } from "../../shared/microphone";
import { Icon } from "../parts";
import type { Calling } from "./calling";
import { Said } from "./Said";
import { type CallState, isUp } from "./state";

export function CallBar({ calling, onDismiss }: { calling: Calling; onDismiss: () => void }) {
  const [choosing, setChoosing] = useState(false);
  const state = calling.state;
  if (state === null) return null;
  if (!isUp(state)) return <Ended state={state} onDismiss={onDismiss} />;
  return (
    <section class="call" aria-label={t("Call")}>
      <div class="call-words">
        <p role="status">{words(state)}</p>
        {state.answeredMs !== null && <Timer sinceMs={state.answeredMs} />}
        {state.recorded && (
          <p class="recorded" role="status">
            {t("This call is being recorded.")}
          </p>
        )}
      </div>
      <div class="call-tools">
        {state.phase === "talking" && calling.mayFilm && (
          <button type="button" class="tool" aria-pressed={state.camera} aria-label={t("Camera")} title={t("Camera")} onClick={() => void calling.film(!state.camera)}>
            <Icon paths={state.camera ? icons.camera : icons.cameraOff} />
          </button>
        )}
        {state.phase === "talking" && <Sound calling={calling} muted={state.muted} choosing={choosing} onChoose={() => setChoosing(!choosing)} />}
        <button type="button" class="button danger" onClick={() => calling.hangUp()}>
          <Icon paths={icons.hangUp} />
          {t("Hang up")}
        </button>
      </div>
      {state.blind && (
        <p class="call-blind" role="alert">
          {blindWords(state.blind)}
        </p>
      )}
      {(state.camera || state.pictures) && <Pictures calling={calling} state={state} />}
      {state.phase === "talking" && choosing && <Choice calling={calling} />}
    </section>
  );
}

/** The agent, and in a corner oneself, mirrored as one knows oneself. */
function Pictures({ calling, state }: { calling: Calling; state: CallState }) {
  const { own, theirs } = calling.pictures;
  return (
    <div class="call-pictures" data-alone={!state.pictures || undefined}>
      {state.pictures && <Picture stream={theirs} label={state.agent ? t("Picture of {name}", { name: state.agent }) : t("Picture")} />}
      {state.camera && <Picture stream={own} label={t("Your own picture")} own />}
    </div>
  );
}

function Picture({ stream, label, own = false }: { stream: MediaStream | null; label: string; own?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const shown = video.current?.srcObject as MediaStream | null;
    // The stream is made anew each time; what is in it says whether it is another.
    if (video.current && shown?.getTracks()[0] !== stream?.getTracks()[0]) video.current.srcObject = stream;
  });
  return <video ref={video} class={own ? "own" : "theirs"} aria-label={label} autoplay playsInline muted />;
}

interface SoundProps {
  calling: Calling;
  muted: boolean;
  choosing: boolean;
  onChoose: () => void;
}

function Sound({ calling, muted, choosing, onChoose }: SoundProps) {
  return (
    <>
      <button type="button" class="tool" aria-pressed={muted} aria-label={t("Mute")} title={t("Mute")} onClick={() => calling.mute(!muted)}>
        <Icon paths={muted ? icons.microphoneOff : icons.microphone} />
      </button>
      <button type="button" class="tool" aria-expanded={choosing} aria-label={t("Microphone and loudspeaker")} title={t("Microphone and loudspeaker")} onClick={onChoose}>
        <Icon paths={icons.settings} />
      </button>
    </>
  );
}

function Choice({ calling }: { calling: Calling }) {
  const [devices, setDevices] = useState<Devices>(noDevices);
  const [chosen, setChosen] = useState(calling.devices);
  useEffect(() => void listDevices().then(setDevices), []);
  const use = (change: Partial<typeof chosen>): void => {
    setChosen({ ...chosen, ...change });
    if (change.microphone !== undefined) void calling.useMicrophone(change.microphone);
    if (change.speaker !== undefined) void calling.useSpeaker(change.speaker);
  };
  const { microphones, speakers } = devices;
  return (
    <div class="call-devices">
      <Select id="call-microphone" label={t("Microphone")} value={chosen.microphone} among={microphones} onChoose={(microphone) => use({ microphone })} />
      {speakers.length > 0 && "setSinkId" in HTMLMediaElement.prototype && <Select id="call-speaker" label={t("Loudspeaker")} value={chosen.speaker} among={speakers} onChoose={(speaker) => use({ speaker })} />}
    </div>
  );
}

interface SelectProps {
  id: string;
  label: string;
  value: string;
  among: MediaDeviceInfo[];
  onChoose: (device: string) => void;
}

function Select({ id, label, value, among, onChoose }: SelectProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {!among.some(({ deviceId }) => deviceId === value) && <option value={value}>{t("As the system says")}</option>}
        {among.map(({ deviceId, label: name }) => (
          <option key={deviceId} value={deviceId}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** How long it has been, for the eye alone: read out each second it would drown the voices. */
function Timer({ sinceMs }: { sinceMs: number }) {
  const [, tick] = useReducer((count: number, _: null) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => tick(null), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="call-time" aria-hidden="true">
      {countdown(Date.now() - sinceMs)}
    </p>
  );
}

function Ended({ state, onDismiss }: { state: CallState; onDismiss: () => void }) {
  const text = state.missing ? missingWords(state.missing) : state.message || endedWords(state);
  useEffect(() => {
    if (state.missing || state.message) return; // an explanation stays until it is read
    const timer = setTimeout(onDismiss, 6_000);
    return () => clearTimeout(timer);
  }, [state]);
  return <Said words={text} onDismiss={onDismiss} />;
}

function words(state: CallState): string {
  switch (state.phase) {
    case "asking":
      return t("Please allow the microphone …");
    case "calling":
      return t("Calling …");
    case "ringing":
      return t("Ringing …");
    default:
      return state.agent ? t("You are talking to {name}", { name: state.agent }) : t("Connected");
  }
}

function endedWords({ answeredMs, reason }: CallState): string {
  if (answeredMs !== null || reason === "hung_up") return t("The call has ended.");
  if (reason === "failed" || reason === "no_room") return t("The call could not be started. You can go on writing.");
  return t("Nobody can take your call at the moment. You can go on writing.");
}

function blindWords(why: Missing): string {
  switch (why) {
    case "refused":
      return t("Your browser does not let this page use the camera. The call goes on without your picture.");
    case "none":
      return t("There is no camera. The call goes on without your picture.");
    default:
      return t("The camera cannot be used. The call goes on without your picture.");
  }
}

function missingWords(why: Missing): string {
  switch (why) {
    case "refused":
      return t("Your browser does not let this page hear you. Allow the microphone beside the page's address, and call again. You can go on writing.");
    case "none":
      return t("There is no microphone. Plug one in, and call again. You can go on writing.");
    case "busy":
      return t("The microphone cannot be used; another program may be using it. You can go on writing.");
    case "insecure":
      return t("Calls are possible on encrypted pages only. You can go on writing.");
  }
}
