/**
 * The softphone of one person in one browser. Of its tabs one, by lock, is registered and has the sound; the
 * others show the same and ask that one to act, so that a call rings in all of them and stops in all at once.
 */
import { type Api, ApiError } from "../../shared/api";
import { newId } from "../../shared/ids";
import { after, type Calls, isIncoming, isUp, spoken } from "./call";
import { type Missing, mayHaveSound, NoMicrophone, stopStream } from "../../shared/microphone";
import { keep, take } from "./kept";
import { openCamera, openMicrophone } from "./microphone";
import type { Credentials, EngineEvent, SipEngine } from "./sip-engine";
import { setTone, type Tone } from "../../shared/tones";

export type Readiness = "insecure" | "connecting" | "ready" | "offline" | "unavailable";

export interface Problem {
  id: string;
  what: Missing | "transfer" | "call" | "camera";
}

export interface PhoneState {
  readiness: Readiness;
  calls: Calls;
  /** Calls whose other end plays its own sound while it rings. */
  early: readonly string[];
  problem: Problem | null;
  /** Whether the tab that has the sound may ring: somebody has touched it. */
  audible: boolean;
}

type Command =
  | { act: "call"; number: string; name: string; consultsFor: string | null }
  | { act: "answer"; id: string }
  | { act: "hang_up"; id: string }
  | { act: "hold"; id: string; on: boolean }
  | { act: "mute"; id: string; on: boolean }
  | { act: "camera"; id: string; on: boolean }
  | { act: "press"; id: string; digits: string }
  | { act: "transfer"; id: string; number: string }
  | { act: "join"; id: string; to: string }
  | { act: "devices" };

type Said = { kind: "state"; state: PhoneState } | { kind: "who" } | { kind: "do"; command: Command };

/** An ending that says something stays to be read. */
const READ_MS = 4_000;
const RENEW_BEFORE_MS = 60_000;
const AGAIN_MS = 10_000;

const silent: PhoneState = { readiness: "connecting", calls: [], early: [], problem: null, audible: false };

export class Phone {
  state: PhoneState = silent;
  /** Whether this tab is the one that has the sound. */
  leads = false;

  #watchers = new Set<() => void>();
  #channel: BroadcastChannel | null = null;
  #engine: SipEngine | null = null;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #stopped = new AbortController();

  constructor(
    private readonly person: string,
    private readonly api: Api,
    private readonly rings: (call: { id: string; number: string; name: string }) => void,
  ) {}

  start(): void {
    if (!mayHaveSound() || !navigator.locks) {
      this.#change({ readiness: "insecure" });
      return;
    }
    const { signal } = this.#stopped;
    this.#channel = new BroadcastChannel(`engage.wave.phone ${this.person}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Said>) => this.#told(data);
    this.#say({ kind: "who" });
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && location.reload(), { signal }); // came back without its socket
    addEventListener("beforeunload", (event) => this.leads && this.state.calls.some(isUp) && event.preventDefault(), { signal });
    addEventListener("pointerdown", () => this.#sound(), { signal });
    addEventListener("keydown", () => this.#sound(), { signal });
    navigator.locks.request(`engage.wave.phone ${this.person}`, { signal }, () => this.#lead()).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  stop(): void {
    this.#stopped.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#engine?.stop();
    this.#channel?.close();
    setTone(null);
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  snapshot = (): PhoneState => this.state;

  /** The pictures of a call, in the tab that has them. */
  pictures(id: string): { own: MediaStream | null; theirs: MediaStream | null } {
    return this.#engine?.pictures(id) ?? { own: null, theirs: null };
  }

  /** Have the tab that has the sound do something. */
  async do(command: Command): Promise<void> {
    // The question for the microphone is asked where the person is; its answer holds for all tabs.
    if (!this.leads && (command.act === "call" || command.act === "answer")) {
      const stream = await this.#microphone();
      if (!stream) return;
      stopStream(stream);
    }
    if (this.leads) await this.#perform(command);
    else this.#say({ kind: "do", command });
  }

  #say(said: Said): void {
    this.#channel?.postMessage(said);
  }

  #told(said: Said): void {
    if (said.kind === "state" && !this.leads) this.#show(said.state);
    if (said.kind === "who" && this.leads) this.#say({ kind: "state", state: this.state });
    if (said.kind === "do" && this.leads) void this.#perform(said.command);
  }

  #change(change: Partial<PhoneState>): void {
    const state = { ...this.state, ...change, audible: navigator.userActivation?.hasBeenActive ?? false };
    if (this.leads) this.#say({ kind: "state", state });
    this.#show(state);
  }

  #show(state: PhoneState): void {
    this.state = state;
    this.#sound();
    for (const watcher of this.#watchers) watcher();
  }

  /** The tab with the calls plays what is to be heard; one that is seen rings where that one may not. */
  #sound(): void {
    const wanted = toneOf(this.state);
    if (this.leads) setTone(wanted);
    else setTone(wanted === "ring" && !this.state.audible && document.visibilityState === "visible" ? "ring" : null);
  }

  /** Lasts as long as the lock is to be held. */
  async #lead(): Promise<void> {
    this.leads = true;
    this.#change({ ...silent });
    await this.#connect();
    await new Promise<void>((resolve) => this.#stopped.signal.addEventListener("abort", () => resolve()));
  }

  async #connect(): Promise<void> {
    try {
      const [{ SipEngine }, credentials] = await Promise.all([import("./sip-engine"), this.api.post<Credentials>("/v1/me/sip", {})]);
      if (this.#stopped.signal.aborted) return;
      this.#engine = new SipEngine(credentials, (event) => this.#hear(event));
      this.#renewAfter(credentials);
    } catch (error) {
      const refused = error instanceof ApiError && error.status !== 0 && error.status < 500;
      this.#change({ readiness: refused ? "unavailable" : "offline" });
      if (!refused) this.#later(AGAIN_MS, () => void this.#connect());
    }
  }

  /** The page goes: talks go on in the one that comes next, here or in another tab. */
  #leave(): void {
    const engine = this.#engine;
    if (!engine) return;
    const talks = this.state.calls.filter(({ phase }) => phase === "talking");
    if (talks.length > 0) keep(this.person, engine.leave(talks));
    else engine.stop();
  }

  /** Go on with the talks of a page that is gone. */
  async #resume(engine: SipEngine): Promise<void> {
    for (const kept of take(this.person)) {
      const stream = await this.#microphone();
      if (stream) engine.resume(kept, stream);
    }
  }

  #renewAfter({ expires_at }: Credentials): void {
    this.#later(Math.max(AGAIN_MS, Date.parse(expires_at) - Date.now() - RENEW_BEFORE_MS), () => void this.#renew());
  }

  async #renew(): Promise<void> {
    try {
      const credentials = await this.api.post<Credentials>("/v1/me/sip", {});
      this.#engine?.renew(credentials);
      this.#renewAfter(credentials);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#later(AGAIN_MS, () => void this.#renew());
    }
  }

  #hear(event: EngineEvent): void {
    switch (event.kind) {
      case "registered":
        this.#change({ readiness: event.yes ? "ready" : "offline" });
        if (event.yes && this.#engine) void this.#resume(this.#engine);
        return;
      case "early":
        this.#change({ early: [...this.state.early, event.id] });
        return;
      case "transferred":
        if (!event.done) this.#complain("transfer");
        return;
      case "began":
        if (!event.outgoing) this.rings(event);
        break;
      case "over":
        this.#later(READ_MS, () => this.#change({ calls: after(this.state.calls, { kind: "dismissed", id: event.id }) }));
        break;
    }
    this.#change({ calls: after(this.state.calls, event) });
  }

  async #perform(command: Command): Promise<void> {
    const engine = this.#engine;
    if (!engine) return this.#complain("call");
    switch (command.act) {
      case "call":
        return this.#call(engine, command);
      case "answer":
        return this.#answer(engine, command.id);
      case "hang_up":
        return engine.hangUp(command.id);
      case "hold":
        if (!command.on) this.#holdOthers(engine, command.id);
        return engine.hold(command.id, command.on);
      case "mute":
        return engine.mute(command.id, command.on);
      case "camera":
        return this.#film(engine, command);
      case "press":
        return engine.press(command.id, command.digits);
      case "transfer":
        return engine.transfer(command.id, command.number);
      case "join": {
        const to = this.state.calls.find(({ id }) => id === command.to);
        return to && engine.transfer(command.id, to.number, to.id);
      }
      case "devices":
        return engine.useDevices(this.state.calls.some(isUp) ? await this.#microphone() : null);
    }
  }

  async #call(engine: SipEngine, { number, name, consultsFor }: Extract<Command, { act: "call" }>): Promise<void> {
    if (this.state.readiness !== "ready") return this.#complain("call");
    const stream = await this.#microphone();
    if (!stream) return;
    this.#holdOthers(engine, null);
    engine.call(number, name, stream, consultsFor);
  }

  async #answer(engine: SipEngine, id: string): Promise<void> {
    const stream = await this.#microphone();
    if (!stream) return;
    this.#holdOthers(engine, id);
    engine.answer(id, stream);
  }

  async #film(engine: SipEngine, { id, on }: Extract<Command, { act: "camera" }>): Promise<void> {
    try {
      await engine.show(id, on ? await openCamera() : null);
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.#complain("camera");
    }
  }

  #holdOthers(engine: SipEngine, id: string | null): void {
    for (const call of this.state.calls) if (call.id !== id && call.phase === "talking") engine.hold(call.id, true);
  }

  async #microphone(): Promise<MediaStream | null> {
    try {
      return await openMicrophone();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.#complain(error.why);
      return null;
    }
  }

  #complain(what: Problem["what"]): void {
    this.#change({ problem: { id: newId(), what } });
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}

/** What is to be heard beside the voices. */
export function toneOf({ calls, early }: PhoneState): Tone | null {
  if (calls.some(isIncoming)) return calls.some((call) => call.phase === "talking") ? "waiting" : "ring";
  const heard = spoken(calls);
  return heard?.phase === "ringing" && !early.includes(heard.id) ? "ringback" : null;
}
