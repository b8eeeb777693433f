/** Who is here and what they see: one view at a time, decided by what the server said last of whom the web site named last. */
import type { ComponentType } from "preact";
import { Api, ApiError } from "../shared/api";
import { newId } from "../shared/ids";
import type { ChatProps } from "./chat";
import type { Config, Recognised, Session, Unanswered } from "./config";
import type { WaitingProps } from "./waiting";
import { forgetIdentity, identified, tellHost } from "./embed";
import type { Details, Filled } from "./form";
import { forgetPerson, recall, remember, storageDenied } from "./identity";
import { subjectOf } from "./subject";
import { whence } from "./whence";

/** The second script: what is shown once there is a chat. */
interface ChatModule {
  Chat: ComponentType<ChatProps>;
  Waiting: ComponentType<WaitingProps>;
}

export type View = { name: "loading" } | { name: "form" } | { name: "message"; reason: Unanswered; text?: string } | { name: "thanks" } | { name: "gone" } | { name: "unreachable" } | { name: "blocked" } | { name: "unsigned" } | { name: "line"; Waiting: ChatModule["Waiting"] } | { name: "chat"; session: Session; Chat: ComponentType<ChatProps> };

/** What the server says of a link that leads nowhere, or nowhere for this visitor. */
const GONE = "unknown_livechat";

/** How long to wait for a server that cannot be reached before asking it anew. */
const RETRY_MS = 5_000;

export class Entrance {
  view: View = { name: "loading" };
  /** What the web site vouches for. */
  signed: Partial<Details> = {};
  /** Another one begins with an empty form. */
  person = 0;
  readonly api: Api;

  readonly #config: Config;
  readonly #chatModule: () => Promise<ChatModule>;
  readonly #changed: () => void;
  readonly #base: string;
  /** The moment that somebody looks at in place of now, who sets the live chat up. */
  readonly #pretended: string;
  /** An answer about somebody who has gone meanwhile says nothing any more. */
  #turn = 0;
  /** Whom the web site vouches for; empty: nobody. */
  #subject = "";
  /** The same message, tried again, is one. */
  #messageId = newId();
  /** Leaving that the server has not heard of yet, with the token of whoever left. */
  #leaving: { token: string | null; asked: Promise<void> | null } | null = null;

  constructor(config: Config, chatModule: () => Promise<ChatModule>, changed: () => void, pretended = "") {
    this.#pretended = pretended;
    this.#config = config;
    this.#chatModule = chatModule;
    this.#changed = changed;
    this.#base = `/v1/livechat/${encodeURIComponent(config.public_id)}`;
    this.api = new Api({ token: () => this.#recall("token") });
  }

  show(view: View): void {
    this.view = view;
    this.#changed();
  }

  welcome(): void {
    const { signed_identity, offline } = this.#config;
    if (signed_identity && !identified.jwt) this.show({ name: "unsigned" });
    else this.show(offline ? { name: "message", reason: offline } : { name: "form" });
  }

  again(): void {
    this.#remember("start", "again");
    this.welcome();
  }

  /** The server no longer knows this visitor, or keeps them out. */
  refused(code: string | null): void {
    if (code === "banned") return this.show({ name: "gone" });
    this.#subject = "";
    this.#remember("token", null);
    this.show({ name: "blocked" });
  }

  /** Looks for the visitor's chat. `quietly`: what is shown stays until there is something else to show. */
  async find(quietly = false): Promise<void> {
    if (!this.#config.public_id) return this.show({ name: "gone" });
    if (this.#pretended) return this.#pretend();
    if (identified.jwt) return this.#recognise(identified.jwt, quietly);
    const mine = ++this.#turn;
    if (!this.#recall("token") && !storageDenied()) return this.welcome();
    if (!quietly) this.show({ name: "loading" });
    try {
      await this.#left();
      if (mine !== this.#turn) return;
      const session = await this.api.get<Session>(`${this.#base}/session`); // by token, or by the server's cookie
      if (mine !== this.#turn) return;
      this.#remember("token", session.token);
      await this.#comeBack(session, mine);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine !== this.#turn) return;
      if (error.transient) return this.#away();
      if (error.code === GONE) return this.show({ name: "gone" });
      if (error.status === 401 || error.status === 404) this.#remember("token", null);
      this.welcome();
    }
  }

  async #pretend(): Promise<void> {
    if (this.#pretended === "chat") return this.show({ name: "form" });
    if (this.#pretended === "message") return this.show({ name: "message", reason: "closed" });
    const loaded = await this.#chatModule().catch(() => null);
    if (loaded) this.show({ name: "line", Waiting: loaded.Waiting });
    else this.#away();
  }

  /** The web site says who is here. Single-page sites say so with every page: who is known already is not asked about again. */
  async identify(jwt: string): Promise<void> {
    const subject = subjectOf(jwt);
    if (!subject || subject !== this.#subject) await this.#recognise(jwt);
  }

  /** Their chat goes on, from whatever device; nobody else's is shown. */
  async #recognise(jwt: string, quietly = false): Promise<void> {
    const mine = ++this.#turn;
    const before = this.#recall("token");
    // Whoever began the chat without a name may be the one whom the site names now: it (and its call) stays until that is known.
    const stays = this.view.name === "chat" && !this.#subject;
    this.#subject = subjectOf(jwt);
    if (!stays && !quietly) this.show({ name: "loading" });
    try {
      await this.#left();
      if (mine !== this.#turn) return;
      const { details, token, visitor, session } = await this.api.post<Recognised>(`${this.#base}/identity`, { jwt, token: before ?? undefined });
      if (mine !== this.#turn) return;
      if (token !== before) forgetPerson(this.#config.public_id);
      this.#remember("token", token);
      this.#becomes(details, mine);
      tellHost({ type: "identified", value: visitor });
      if (session) await this.#comeBack(session, mine);
      else this.welcome();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine !== this.#turn) return;
      this.#subject = ""; // named again, they are asked about again
      if (error.transient) return stays ? undefined : this.#away();
      forgetPerson(this.#config.public_id);
      forgetIdentity();
      this.#becomes({}, mine);
      tellHost({ type: "identity-refused", value: error.message });
      this.welcome();
    }
  }

  logOut(): void {
    this.#becomes({}, ++this.#turn);
    this.#subject = "";
    const token = this.#recall("token");
    if (token || storageDenied()) this.#leaving = { token, asked: null };
    void this.#left().catch(() => undefined); // tried again before anybody's chat is looked for
    forgetPerson(this.#config.public_id);
    tellHost({ type: "unread", value: 0 });
    this.welcome();
  }

  async start(filled: Filled): Promise<void> {
    if (this.#pretended) return;
    const mine = this.#turn;
    // The same start, tried again, is one chat: its identifier outlives a lost answer and a reload.
    const kept = this.#recall("start");
    const clientId = kept && kept !== "again" ? kept : newId();
    this.#remember("start", clientId);
    const { full_name, email, phone, consent, answers } = filled;
    const asked = this.api.post<Session>(`${this.#base}/sessions`, {
      client_id: clientId,
      token: this.#recall("token") ?? undefined,
      full_name,
      email,
      phone,
      consent,
      custom_fields: answers,
      ...whence(),
      language: this.#config.language,
      jwt: identified.jwt,
    });
    const session = await asked.catch((error: unknown) => {
      if (mine === this.#turn && error instanceof ApiError && error.code === GONE) this.show({ name: "gone" });
      throw error;
    });
    if (mine !== this.#turn) return void this.#signOut(session.token).catch(() => undefined); // nobody's any more
    this.#remember("start", null);
    if (session.state === "offline") return this.show({ name: "message", reason: session.offline ?? "no_agent" });
    this.#remember("token", session.token);
    tellHost({ type: "started" });
    tellHost({ type: "chat-started" });
    await this.#enter(session, mine);
  }

  async leaveMessage(filled: Filled): Promise<void> {
    if (this.#pretended) return;
    const mine = this.#turn;
    const { full_name, email, phone, consent, text } = filled;
    await this.api.post(`${this.#base}/messages`, { client_id: this.#messageId, full_name, email, phone, consent, text, ...whence(), language: this.#config.language, jwt: identified.jwt });
    this.#messageId = newId();
    if (mine !== this.#turn) return;
    this.#remember("start", "again"); // whoever comes back begins anew
    this.show({ name: "thanks" });
  }

  async #comeBack(session: Session, mine: number): Promise<void> {
    const over = ["ended", "missed", "offline"].includes(session.state);
    if (over && this.#recall("start") === "again") this.welcome();
    else if (session.state === "offline") this.welcome();
    else {
      if (!over) tellHost({ type: "talking" });
      await this.#enter(session, mine);
    }
  }

  async #enter(session: Session, mine: number): Promise<void> {
    const loaded = await this.#chatModule().catch(() => null);
    if (mine !== this.#turn) return;
    if (loaded) this.show({ name: "chat", session, Chat: loaded.Chat });
    else this.#away();
  }

  /** Nobody answers: asked again until somebody does. */
  #away(): void {
    this.show({ name: "unreachable" });
    const { view } = this;
    setTimeout(() => view === this.view && void this.find(true), RETRY_MS);
  }

  #becomes(details: Partial<Details>, person: number): void {
    this.signed = details;
    this.person = person;
  }

  /** Where this browser keeps nothing for us, only the server can make it forget its cookie. */
  async #left(): Promise<void> {
    const leaving = this.#leaving;
    if (!leaving) return;
    leaving.asked ??= this.#signOut(leaving.token).catch((error: unknown) => {
      leaving.asked = null;
      if (!(error instanceof ApiError) || error.transient) throw error;
    });
    await leaving.asked;
    if (this.#leaving === leaving) this.#leaving = null;
  }

  /** By its own header: what is kept is gone before the answer comes. */
  #signOut(token: string | null): Promise<void> {
    return new Api({ token: () => token }).delete(`${this.#base}/session`);
  }

  #recall(name: "token" | "start"): string | null {
    return recall(this.#config.public_id, name);
  }

  #remember(name: "token" | "start", value: string | null): void {
    remember(this.#config.public_id, name, value);
  }
}
