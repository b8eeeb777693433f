/** Who is signed in on this page: one store for the sign-in form, the frame and the sockets. */
import { Api, ApiError } from "../shared/api";
import { setZone } from "../shared/time";
import { stored, store } from "./stored";
import { askPasskey } from "./webauthn";

export interface Me {
  name: string;
  user: string;
  number: string | null;
  /** Empty: the browser's. */
  language: string;
  /** What an administrator may do, by module; null: everything. */
  rights: Readonly<Record<string, Level>> | null;
  /** What the privileges of Wave allow. */
  grants: readonly string[];
  /** A second factor must be set up before anything else. */
  enrolling: boolean;
  /** The installation's. */
  zone: string;
}

export type Level = "none" | "view" | "edit";

export type SessionState =
  | { phase: "unknown" }
  | { phase: "unreachable" }
  | { phase: "out"; over: boolean; wrongRole: boolean }
  | { phase: "in"; me: Me };

/** What the server tells of somebody signed in, by `GET /v1/me` and `POST /v1/sign-in`. */
interface SignedIn {
  user: { kind: "admin" | "user"; id: string; user_name: string; number: string | null; name: string; language: string };
  csrf: string;
  rights?: Record<string, Level> | null;
  grants?: string[];
  enrolling: boolean;
  time_zone: string;
}

const LAST_USER = "engage.last-user";
/** A page in use keeps its session from expiring. */
const REFRESH_MS = 30 * 60_000;

export class Session {
  #state: SessionState = { phase: "unknown" };
  #watchers = new Set<() => void>();

  #csrf: string | null = null;
  /** Who was signed in last on this page. */
  #user = "";

  /** `fetch` as this session; a 401 anywhere means that it is over. */
  readonly api = new Api({ csrf: () => this.#csrf, onUnauthenticated: () => this.ended() });

  constructor(private readonly role: "admin" | "user") {
    setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Whom the sign-in form expects. */
  get lastUser(): string {
    return this.#user || (stored<string>(LAST_USER) ?? "");
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  snapshot = (): SessionState => this.#state;

  /** Asks the server whom this browser's cookie stands for. */
  async load(): Promise<void> {
    try {
      this.#enter(await this.api.get<SignedIn>("/v1/me"));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        if (this.#state.phase !== "out") this.#change(signedOut);
      } else if (this.#state.phase !== "in") {
        this.#change({ phase: "unreachable" });
      }
    }
  }

  /** Refused with the code `second_factor`, it goes on with `second`. */
  async signIn(user: string, password: string): Promise<void> {
    this.#enter(await this.api.post<SignedIn>("/v1/sign-in", { user, password }));
    this.remember(user);
  }

  /** The second step: a code, or a passkey's answer. */
  async second(user: string, ticket: string, answer: { code: string } | { passkey: Record<string, unknown> }): Promise<void> {
    this.#enter(await this.api.post<SignedIn>("/v1/sign-in/second", { ticket, ...answer }));
    if (user) this.remember(user);
  }

  async secondByPasskey(user: string, ticket: string, options: Record<string, unknown>): Promise<void> {
    await this.second(user, ticket, { passkey: await askPasskey(options) });
  }

  /** Without a user name or a password: the passkey knows whose it is. */
  async byPasskey(): Promise<void> {
    const { ticket, options } = await this.api.post<{ ticket: string; options: Record<string, unknown> }>("/v1/sign-in/passkey");
    await this.secondByPasskey("", ticket, options);
  }

  /** The user name that the form begins with next time. */
  remember(user: string): void {
    store(LAST_USER, user);
  }

  async signOut(): Promise<void> {
    try {
      await this.api.post("/v1/sign-out", {});
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error; // 401: it was over already
    }
    this.#change(signedOut);
  }

  /** The server no longer knows this session: ask for the password again, keep what was typed. */
  ended(): void {
    if (this.#state.phase === "in") this.#change({ phase: "out", over: true, wrongRole: false });
  }

  async #refresh(): Promise<void> {
    if (this.#state.phase !== "in") return;
    try {
      await this.api.post("/v1/sign-in/refresh");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // over: told already; unreachable: next time
    }
  }

  #enter(answer: SignedIn): void {
    this.#csrf = answer.csrf;
    const { user } = answer;
    if (user.kind !== this.role) {
      this.#change({ phase: "out", over: false, wrongRole: true });
      return;
    }
    this.#user = user.user_name;
    if (this.role === "admin") setZone(answer.time_zone); // what administrators look after goes by the server's clock
    this.#change({ phase: "in", me: { name: user.name, user: user.user_name, number: user.number, language: user.language, rights: answer.rights ?? null, grants: answer.grants ?? [], enrolling: answer.enrolling, zone: answer.time_zone } });
  }

  #change(state: SessionState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}

const signedOut: SessionState = { phase: "out", over: false, wrongRole: false };
