/** The SIP user agent of this browser: JsSIP, loaded when it is first needed. */
import JsSIP from "jssip";
import type { EndEvent, IncomingEvent, OutgoingEvent, RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRequest, IncomingResponse } from "jssip/lib/SIPMessage";
import type { RTCSessionEvent } from "jssip/lib/UA";

import { newId } from "../../shared/ids";
import type { Call, CallEvent, Ending } from "./call";
import { stopStream } from "../../shared/microphone";
import { watchPictures } from "../../shared/pictures";
import { type KeptCall, replaces } from "./kept";
import { chosenDevices } from "./microphone";

export interface Credentials {
  uri: string;
  display_name: string;
  authorization_user: string;
  password: string;
  path: string;
  expires_at: string;
}

export type EngineEvent = CallEvent | { kind: "registered"; yes: boolean } | { kind: "early"; id: string } | { kind: "transferred"; id: string; done: boolean };

/** Candidates of ours say nothing to a server that waits to be reached: the first is enough. */
const GATHERING_MS = 150;
const WAITS_FOR_ANSWER_S = 180;
/** JsSIP leaves it out of its answers (RFC 3261 section 13.3.1.4), by which we are told of UPDATE. */
const ALLOW = `Allow: ${JsSIP.C.ALLOWED_METHODS}`;
/** A browser that lost its way for so long looks for another. */
const LOST_MS = 3_000;

export class SipEngine {
  readonly #ua: JsSIP.UA;
  readonly #sessions = new Map<string, RTCSession>();
  readonly #streams = new Map<string, MediaStream>();
  readonly #players = new Map<string, HTMLAudioElement>();
  readonly #cameras = new Map<string, MediaStreamTrack>();
  readonly #pictures = new Map<string, MediaStream>();

  constructor(
    credentials: Credentials,
    private readonly hear: (event: EngineEvent) => void,
  ) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.#ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(`${scheme}://${location.host}${credentials.path}`)],
      uri: credentials.uri,
      display_name: credentials.display_name,
      authorization_user: credentials.authorization_user,
      password: credentials.password,
      register_expires: 600,
      no_answer_timeout: WAITS_FOR_ANSWER_S,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 10,
      user_agent: "Engage Wave",
    });
    this.#ua.on("registered", () => hear({ kind: "registered", yes: true }));
    this.#ua.on("unregistered", () => hear({ kind: "registered", yes: false }));
    this.#ua.on("registrationFailed", () => hear({ kind: "registered", yes: false }));
    this.#ua.on("disconnected", () => hear({ kind: "registered", yes: false }));
    this.#ua.on("connected", () => this.#reconnected());
    this.#ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (event.originator === "remote") this.#called(event.session);
    });
    this.#ua.start();
  }

  /** New ones for the same device, before the old ones expire. */
  renew({ authorization_user, password }: Credentials): void {
    this.#ua.set("authorization_user", authorization_user);
    this.#ua.set("password", password);
  }

  stop(): void {
    this.#ua.stop(); // ends the calls and the registration too
  }

  call(number: string, name: string, stream: MediaStream, consultsFor: string | null): void {
    const id = newId();
    this.hear({ kind: "began", id, outgoing: true, number, name, consultsFor });
    this.#streams.set(id, stream);
    try {
      this.#follow(id, this.#ua.call(number, { mediaStream: stream, pcConfig }));
    } catch {
      this.#over(id, "failed"); // not connected, or no number at all
    }
  }

  /** Take the place of a call that an earlier page had, in a dialog of our own. */
  resume({ call, dialog }: KeptCall, stream: MediaStream): void {
    const id = newId();
    this.hear({ kind: "resumed", id, call });
    this.#streams.set(id, stream);
    try {
      const session = this.#ua.call(call.number || "resume", { mediaStream: stream, pcConfig, extraHeaders: [`Replaces: ${replaces(dialog)}`] });
      this.#follow(id, session);
      session.on("accepted", () => {
        if (call.muted) this.mute(id, true);
        if (call.held) this.hold(id, true);
      });
    } catch {
      this.#over(id, "failed");
    }
  }

  /** The page goes, and its talks are to go on in another: they are not hung up, but all else is. */
  leave(talks: readonly Call[]): KeptCall[] {
    const kept = talks.flatMap((call) => {
      const dialog = (this.#sessions.get(call.id) as { _dialog?: { id: { call_id: string; local_tag: string; remote_tag: string } } } | undefined)?._dialog;
      if (!dialog) return [];
      const { call_id: callId, local_tag: localTag, remote_tag: remoteTag } = dialog.id;
      return [{ call, dialog: { callId, localTag, remoteTag } }];
    });
    const going = new Set(kept.map(({ call }) => call.id));
    for (const id of [...this.#sessions.keys()]) if (!going.has(id)) this.hangUp(id);
    return kept;
  }

  /** Show the other side ourselves, or not any more. */
  async show(id: string, camera: MediaStreamTrack | null): Promise<void> {
    const session = this.#sessions.get(id);
    const connection = session?.connection;
    if (!session?.isEstablished() || !connection) return camera?.stop();
    this.#cameras.get(id)?.stop();
    this.#cameras.delete(id);
    const line = connection.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
    if (line) {
      await line.sender.replaceTrack(camera);
      line.direction = camera ? "sendrecv" : "recvonly";
    } else if (camera) connection.addTransceiver(camera, { direction: "sendrecv", streams: [this.#streams.get(id) ?? new MediaStream([camera])] });
    if (camera) this.#cameras.set(id, camera);
    session.renegotiate();
    this.hear({ kind: "camera", id, on: camera !== null });
  }

  /** What our camera sees, and what that of the other side does. */
  pictures(id: string): { own: MediaStream | null; theirs: MediaStream | null } {
    const camera = this.#cameras.get(id);
    return { own: camera ? new MediaStream([camera]) : null, theirs: this.#pictures.get(id) ?? null };
  }

  answer(id: string, stream: MediaStream): void {
    const session = this.#sessions.get(id);
    if (!session?.isInProgress()) {
      stopStream(stream); // the caller was faster
      return;
    }
    this.#streams.set(id, stream);
    session.answer({ mediaStream: stream, pcConfig, extraHeaders: [ALLOW] });
  }

  hangUp(id: string): void {
    const session = this.#sessions.get(id);
    if (!session || session.isEnded()) return;
    const declines = session.direction === "incoming" && !session.isEstablished();
    session.terminate(declines ? { status_code: 486, reason_phrase: "Busy Here" } : {});
  }

  hold(id: string, on: boolean): void {
    const session = this.#sessions.get(id);
    if (!session?.isEstablished() || session.isOnHold().local === on) return;
    if (on) session.hold();
    else session.unhold();
  }

  mute(id: string, on: boolean): void {
    const session = this.#sessions.get(id);
    if (on) session?.mute({ audio: true });
    else session?.unmute({ audio: true });
  }

  press(id: string, digits: string): void {
    const session = this.#sessions.get(id);
    if (!session?.isEstablished()) return;
    session.sendDTMF(digits, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833, duration: 160, interToneGap: 80 });
  }

  /** Blindly to a number, or to whom another call of ours is with. */
  transfer(id: string, number: string, to?: string): void {
    const session = this.#sessions.get(id);
    const other = to === undefined ? undefined : this.#sessions.get(to);
    if (!session?.isEstablished()) return;
    const done = (good: boolean): void => {
      this.hear({ kind: "transferred", id, done: good });
      if (good && !session.isEnded()) session.terminate();
    };
    const eventHandlers = { accepted: () => done(true), failed: () => done(false), requestFailed: () => done(false) };
    session.refer(number, other ? { replaces: other, eventHandlers } : { eventHandlers });
  }

  /** Other devices were chosen: from now on, in the calls that are up too. */
  async useDevices(stream: MediaStream | null): Promise<void> {
    for (const player of this.#players.values()) await direct(player);
    const track = stream?.getAudioTracks()[0];
    if (!track) return;
    for (const [id, session] of this.#sessions) {
      const own = track.clone();
      own.enabled = !session.isMuted().audio;
      const sender = session.connection?.getSenders().find((each) => each.track?.kind === "audio");
      await sender?.replaceTrack(own);
      stopStream(this.#streams.get(id));
      this.#streams.set(id, new MediaStream([own]));
    }
    stopStream(stream);
  }

  #called(session: RTCSession): void {
    const id = newId();
    const { uri, display_name } = session.remote_identity;
    this.hear({ kind: "began", id, outgoing: false, number: uri.user ?? "", name: display_name ?? "", consultsFor: null });
    this.#follow(id, session);
  }

  #follow(id: string, session: RTCSession): void {
    this.#sessions.set(id, session);
    if (session.connection) this.#attend(id, session, session.connection);
    else session.on("peerconnection", ({ peerconnection }) => this.#attend(id, session, peerconnection));
    session.on("icecandidate", ({ ready }) => setTimeout(ready, GATHERING_MS));
    session.on("progress", (event: IncomingEvent | OutgoingEvent) => {
      if (!("response" in event) || !event.response) return; // our own ringing, of a call that comes in
      this.hear({ kind: "ringing", id });
      if (event.response.body) this.hear({ kind: "early", id });
    });
    session.on("accepted", (event: IncomingEvent | OutgoingEvent) => {
      this.hear({ kind: "answered", id, now_ms: Date.now() });
      if ("response" in event && event.response) this.#connected(id, event.response); // our own answer is none
    });
    session.on("update", ({ request }) => this.#connected(id, request));
    session.on("reinvite", ({ request }) => this.#connected(id, request));
    session.on("hold", ({ originator }) => this.hear({ kind: "held", id, byPeer: originator === "remote", on: true }));
    session.on("unhold", ({ originator }) => this.hear({ kind: "held", id, byPeer: originator === "remote", on: false }));
    session.on("muted", () => this.hear({ kind: "muted", id, on: true }));
    session.on("unmuted", () => this.hear({ kind: "muted", id, on: false }));
    session.on("ended", () => this.#over(id, "hung_up"));
    session.on("failed", (event: EndEvent) => this.#over(id, endingOf(event)));
  }

  /** Who is there may be somebody else than was called, or than before a transfer (RFC 3325). */
  #connected(id: string, message: IncomingRequest | IncomingResponse): void {
    const told = message.getHeader("P-Asserted-Identity");
    const party = told ? (JsSIP.NameAddrHeader.parse(told) as unknown as JsSIP.NameAddrHeader | undefined) : undefined;
    if (party) this.hear({ kind: "connected", id, number: party.uri.user ?? "", name: party.display_name ?? "" });
  }

  /** Plays what is heard, and finds another way when the present one is lost. */
  #attend(id: string, session: RTCSession, connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track, receiver, streams }) => {
      if (track.kind === "video") return this.#see(id, receiver);
      const player = this.#players.get(id) ?? new Audio();
      this.#players.set(id, player);
      player.srcObject = streams[0] ?? new MediaStream([track]);
      player.autoplay = true;
      void direct(player);
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (connection.iceConnectionState === "failed") restart(session);
      if (connection.iceConnectionState === "disconnected") setTimeout(() => connection.iceConnectionState === "disconnected" && restart(session), LOST_MS);
    });
  }

  #see(id: string, receiver: RTCRtpReceiver): void {
    this.#pictures.set(id, new MediaStream([receiver.track]));
    watchPictures(receiver, () => !this.#sessions.has(id), (on) => this.hear({ kind: "pictures", id, on }));
  }

  /** The socket is back: calls that were up go on, over whatever network there is now. */
  #reconnected(): void {
    for (const session of this.#sessions.values()) restart(session);
  }

  #over(id: string, ending: Ending): void {
    this.#sessions.delete(id);
    stopStream(this.#streams.get(id));
    this.#streams.delete(id);
    const player = this.#players.get(id);
    if (player) player.srcObject = null;
    this.#players.delete(id);
    this.#cameras.get(id)?.stop();
    this.#cameras.delete(id);
    this.#pictures.delete(id);
    this.hear({ kind: "over", id, ending });
  }
}

/** The server is where its description says, so nobody is asked for addresses. */
const pcConfig: RTCConfiguration = { iceServers: [], rtcpMuxPolicy: "require" };

function restart(session: RTCSession): void {
  if (session.isEstablished() && session.isReadyToReOffer()) session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
}

/** To the chosen loudspeaker, where the browser lets one choose. */
async function direct(player: HTMLAudioElement): Promise<void> {
  try {
    await player.setSinkId?.(chosenDevices().speaker);
  } catch {
    // gone, or not allowed: the usual one plays
  }
}

function endingOf({ originator, message, cause }: EndEvent): Ending {
  const { causes } = JsSIP.C;
  const reason = originator === "remote" ? (message?.getHeader?.("Reason") ?? "") : "";
  switch (cause) {
    case causes.CANCELED:
      return /cause\s*=\s*200\b/.test(reason) ? "elsewhere" : "cancelled";
    case causes.BUSY:
      return "busy";
    case causes.REJECTED:
      return originator === "remote" ? "declined" : "hung_up";
    case causes.NOT_FOUND:
    case causes.ADDRESS_INCOMPLETE:
      return "unknown";
    case causes.NO_ANSWER:
    case causes.EXPIRES:
      return "unanswered";
    case causes.UNAVAILABLE:
      return "unavailable";
    default:
      return "failed";
  }
}
