/** A visitor's call: WebRTC, signalled over the socket of the chat. */
import type { ConversationClient } from "../../shared/client";
import { NoMicrophone, openMicrophone, stopStream } from "../../shared/microphone";
import { openPictures, watchPictures } from "../../shared/pictures";
import { setTone } from "../../shared/tones";
import { forget, recall, remember } from "./kept";
import { after, type CallEvent, type CallState, isUp, type Told } from "./state";

/** The server is where its description says, so nobody is asked for addresses. */
const settings: RTCConfiguration = { iceServers: [], rtcpMuxPolicy: "require" };
/** A page that lost its way for so long looks for another. */
const LOST_MS = 3_000;
/** A session that was not taken is offered again after so long, and so often. */
const AGAIN_MS = 2_000;
const AGAIN = 5;

export class Calling {
  state: CallState | null = null;

  #connection: RTCPeerConnection | null = null;
  #stream: MediaStream | null = null;
  #camera: MediaStreamTrack | null = null;
  #theirs: MediaStream | null = null;
  #player = new Audio();
  #speaker = "";
  #microphone = "";
  #online: boolean;
  #stopped = false;
  /** What came before the call that this page offers had a name: it may be of another page's. */
  #early: (() => void)[] | null = null;
  #stops: (() => void)[];

  constructor(
    private readonly client: ConversationClient,
    private readonly conversation: string,
    /** The call may be seen as well as heard. */
    private readonly seen: boolean,
    private readonly changed: () => void,
  ) {
    this.#player.autoplay = true;
    this.#online = client.connection === "online";
    const mine = <T extends Told>(run: (told: T) => void) => {
      const hear = (told: T): void => {
        if (told.conversation !== conversation) return;
        if (this.#early) this.#early.push(() => hear(told));
        else if (told.call === this.state?.call) run(told);
      };
      return hear;
    };
    this.#stops = [
      client.on("call_answer", mine<Told & { sdp: string }>((told) => void this.#answered(told))),
      client.on("call_state", mine<Told>((told) => this.#told(told))),
      client.on("call_end", mine<Told & { reason: string }>((told) => this.#over({ type: "over", reason: told.reason }))),
      client.subscribe(() => this.#reconnected()),
    ];
  }

  /** The page goes: the call does not, for it may only be loading anew. */
  stop(): void {
    this.#stopped = true;
    for (const stop of this.#stops) stop();
    this.#release();
  }

  async call(): Promise<void> {
    if (isUp(this.state)) return;
    this.#change({ type: "asked" });
    await this.#offer(null);
  }

  /** Go on with the call that this page had before it was loaded anew, if it is still up. */
  async resume(): Promise<void> {
    const kept = recall(this.conversation);
    if (!kept) return;
    const ack = await this.client.request("call_state", { conversation: this.conversation });
    if (!ack.ok || this.#stopped) return; // asked again when the connection is back
    const told = ack as unknown as Told;
    if (told.call !== kept.call) return forget(this.conversation);
    this.state = after(null, { type: "asked" });
    if (kept.answeredMs) this.state = { ...this.state!, answeredMs: kept.answeredMs, muted: kept.muted };
    this.#change({ type: "told", told, nowMs: Date.now() });
    await this.#offer(kept.call);
  }

  hangUp(): void {
    this.#leave();
    this.#over({ type: "over", reason: "hung_up" });
  }

  /** What was said of a call that is over has been read. */
  dismiss(): void {
    if (isUp(this.state)) return;
    this.state = null;
    this.changed();
  }

  mute(on: boolean): void {
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !on;
    this.#change({ type: "muted", on });
  }

  /** Whether the other side takes pictures. */
  get mayFilm(): boolean {
    return this.#line() !== undefined;
  }

  /** Show oneself, or no longer; without a camera the call goes on. */
  async film(on: boolean): Promise<void> {
    let camera: MediaStreamTrack | null = null;
    try {
      if (on) camera = await openPictures("");
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      return this.#change({ type: "blind", why: error.why });
    }
    const line = this.#line();
    if (!line || !isUp(this.state)) return camera?.stop();
    await line.sender.replaceTrack(camera);
    this.#camera?.stop();
    this.#camera = camera;
    this.#change({ type: "camera", on: camera !== null });
  }

  /** What our camera sees, and what the agent's does. */
  get pictures(): { own: MediaStream | null; theirs: MediaStream | null } {
    return { own: this.#camera && new MediaStream([this.#camera]), theirs: this.#theirs };
  }

  #line(): RTCRtpTransceiver | undefined {
    return this.#connection?.getTransceivers().find(({ receiver, currentDirection }) => receiver.track.kind === "video" && (currentDirection === "sendrecv" || currentDirection === "sendonly"));
  }

  async useMicrophone(device: string): Promise<void> {
    this.#microphone = device;
    const stream = await this.#sound();
    const sender = this.#connection?.getSenders()[0];
    if (!stream || !sender) return;
    await sender.replaceTrack(stream.getAudioTracks()[0]!);
    stopStream(this.#stream);
    this.#stream = stream;
    this.mute(this.state?.muted ?? false);
  }

  async useSpeaker(device: string): Promise<void> {
    this.#speaker = device;
    try {
      await this.#player.setSinkId?.(device);
    } catch {
      // gone, or not allowed: the usual one plays
    }
  }

  get devices(): { microphone: string; speaker: string } {
    const used = this.#stream?.getAudioTracks()[0]?.getSettings().deviceId;
    return { microphone: used ?? this.#microphone, speaker: this.#speaker };
  }

  async #sound(): Promise<MediaStream | null> {
    try {
      return await openMicrophone(this.#microphone);
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      if (this.#stopped) return null;
      this.#leave();
      this.#over({ type: "missing", why: error.why });
      return null;
    }
  }

  async #offer(call: string | null): Promise<void> {
    const stream = await this.#sound();
    if (!stream || this.#stopped || !isUp(this.state)) return stopStream(stream);
    this.#stream = stream;
    try {
      await this.#send(this.#connect(stream, this.state.muted), call, {});
    } catch {
      // A browser may be told to do without WebRTC, or run out of it; what was hung up meanwhile is over.
      if (this.#stream === stream) this.#fail();
    }
  }

  #connect(stream: MediaStream, muted: boolean): RTCPeerConnection {
    const connection = (this.#connection = new RTCPeerConnection(settings));
    for (const track of stream.getAudioTracks()) {
      track.enabled = !muted;
      connection.addTrack(track, stream);
    }
    // Offered from the beginning, so that either side may begin to show itself without another offer.
    if (this.seen) connection.addTransceiver("video", { direction: "sendrecv", streams: [stream] });
    connection.ontrack = ({ track, receiver }) => {
      if (track.kind === "video") return this.#see(connection, receiver);
      this.#player.srcObject = new MediaStream([track]);
      void this.#player.play().catch(() => undefined); // it plays with the next touch of the page
    };
    connection.oniceconnectionstatechange = () => this.#watch(connection);
    return connection;
  }

  #see(connection: RTCPeerConnection, receiver: RTCRtpReceiver): void {
    this.#theirs = new MediaStream([receiver.track]);
    watchPictures(receiver, () => connection !== this.#connection, (on) => this.#change({ type: "pictures", on }));
  }

  async #send(connection: RTCPeerConnection, call: string | null, options: RTCOfferOptions): Promise<void> {
    await connection.setLocalDescription(await connection.createOffer(options));
    const { sdp } = connection.localDescription!;
    if (connection !== this.#connection) return;
    this.#change({ type: "offered" });
    await this.#propose(connection, call, sdp, AGAIN);
  }

  async #propose(connection: RTCPeerConnection, call: string | null, sdp: string, again: number): Promise<void> {
    this.#early = call ? null : [];
    const ack = await this.client.request("call_offer", { conversation: this.conversation, sdp, ...(call && { call }) });
    if (connection !== this.#connection) return;
    const early = this.#early ?? [];
    this.#early = null;
    if (ack.ok) {
      this.#told(ack as unknown as Told);
      for (const hear of early) hear();
    } else if (ack.error.code === "call_over") {
      this.#over({ type: "refused", message: "" });
    } else if (!call && ack.error.message) {
      this.#over({ type: "refused", message: ack.error.message });
    } else if (call && again > 0) {
      setTimeout(() => connection === this.#connection && void this.#propose(connection, call, sdp, again - 1), AGAIN_MS);
    } else {
      this.#fail(); // nobody said no: the server may have taken it, and hears that it is over
    }
  }

  #fail(): void {
    this.#leave();
    this.#over({ type: "over", reason: "failed" });
  }

  /** Hang up at the server: this page's call, whatever another page of the visitor has begun. */
  #leave(): void {
    if (!isUp(this.state)) return;
    const { call, phase } = this.state;
    if (call || phase !== "asking") void this.client.request("call_end", { conversation: this.conversation, ...(call && { call }) });
  }

  async #answered({ sdp }: { sdp: string }): Promise<void> {
    const connection = this.#connection;
    if (connection?.signalingState !== "have-local-offer") return;
    try {
      await connection.setRemoteDescription({ type: "answer", sdp });
      this.changed(); // whether there is a line for pictures is known now
    } catch {
      this.#fail();
    }
  }

  #told(told: Told): void {
    this.#change({ type: "told", told, nowMs: Date.now() });
  }

  /** The network changed: the same call goes on by another way. */
  #watch(connection: RTCPeerConnection): void {
    const lost = (): void => {
      const call = this.state?.call;
      if (connection === this.#connection && call && connection.signalingState === "stable") void this.#send(connection, call, { iceRestart: true });
    };
    if (connection.iceConnectionState === "failed") lost();
    if (connection.iceConnectionState === "disconnected") setTimeout(() => connection.iceConnectionState === "disconnected" && lost(), LOST_MS);
  }

  /** The chat's socket is back: say that the page is there, and hear whether the call still is. */
  #reconnected(): void {
    const online = this.client.connection === "online";
    const back = online && !this.#online;
    this.#online = online;
    if (!back) return;
    if (!isUp(this.state)) return void this.resume();
    const { call } = this.state;
    if (call) void this.#compare(call);
  }

  async #compare(call: string): Promise<void> {
    const ack = await this.client.request("call_state", { conversation: this.conversation });
    if (!ack.ok || this.state?.call !== call) return;
    if (ack["call"] === call) this.#told(ack as unknown as Told);
    else this.#over({ type: "over", reason: "hung_up" });
  }

  #over(event: CallEvent): void {
    this.#release();
    forget(this.conversation);
    this.#change(event);
  }

  #release(): void {
    this.#early = null;
    this.#connection?.close();
    this.#connection = null;
    stopStream(this.#stream);
    this.#stream = null;
    this.#camera?.stop();
    this.#camera = this.#theirs = null;
    this.#player.srcObject = null;
    setTone(null);
  }

  #change(event: CallEvent): void {
    this.state = after(this.state, event);
    const state = this.state;
    if (isUp(state) && state.call) remember(this.conversation, { call: state.call, answeredMs: state.answeredMs, muted: state.muted });
    setTone(state?.phase === "ringing" && this.#connection?.signalingState !== "stable" ? "ringback" : null);
    this.changed();
  }
}
