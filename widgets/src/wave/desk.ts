/** What one agent's page knows: the conversation client, and beside it who waits and who is there. */
import { announce } from "../shared/announce";
import { type Api, ApiError } from "../shared/api";
import { type Connection, ConversationClient } from "../shared/client";
import type { Conversation } from "../shared/conversation";
import { isMine, serves, whoOf } from "../shared/conversation";
import { t } from "../shared/i18n";
import { wordsOf } from "../shared/lines";
import { newId } from "../shared/ids";
import { chime } from "../shared/sound";
import type { Me, Summary, WireEvent } from "../shared/wire";
import type { PresenceState } from "../kit/Person";
import { go, parse } from "../kit/route";
import { dismissKey, toast } from "../kit/toasts";
import { notDone } from "../kit/refusal";
import { followAlarms } from "./alarms";
import { followInvitations } from "./invitations";
import { badgeTitle, claim, notifyDesktop, REMINDER_MS } from "./alerts";
import { Assignments, type Given } from "./assignments";
import { EVERYBODY, type Named } from "./mentions";
import { whenWorking } from "./installing";
import { act, type OwnSettings, remembered } from "./own-settings";
import { renewPush } from "./push";
import { undisturbed } from "./undisturbed";
import { after, arrived, type Inquiries, type Inquiry, type InquiryEvent, type Waiting } from "./inquiries";

export interface Contact {
  number: string;
  name: string;
  email: string;
  presence: PresenceState;
  phones: number;
}

/** What became of a message's copies on phones, worst news last. */
type PhoneStates = ReadonlyMap<number, string>;

export type Loaded = "loading" | "ready" | "failed";

interface Kept {
  conversation: string;
  pinned?: boolean;
  muted?: boolean;
}

export class Desk {
  readonly client: ConversationClient;
  inquiries: Inquiries = [];
  inquiriesState: Loaded = "loading";
  contacts: readonly Contact[] = [];
  contactsState: Loaded = "loading";
  /** The conversations are listed once the server has said what there is. */
  listed = false;

  settings: OwnSettings = remembered();
  /** Those there are to choose from. */
  languages: readonly string[] = [];

  /** Deleted or left: not asked for again, though the address may still name them. */
  #gone = new Set<string>();
  #phoneStates = new Map<string, Map<number, string>>();
  #watchers = new Set<() => void>();
  #changes = 0;
  #timers: ReturnType<typeof setInterval>[] = [];
  #inSight: string | null = null;
  readonly #assignments: Assignments;
  #connection: Connection = "connecting";

  constructor(
    readonly me: Me,
    private readonly api: Api,
    private readonly sessionEnded: () => void,
  ) {
    this.client = new ConversationClient({ me, namespace: "/wave", identity: me.who, auth: () => ({}), api });
    this.#assignments = new Assignments(this.client, () => this.#changed());
    followInvitations(this.client);
    followAlarms(this.client, () => this.inquiries, (inquiry) => this.accept(inquiry));
    this.client.subscribe(() => this.#clientChanged());
    this.client.on("hello", () => this.#greeted());
    this.client.on<Inquiry>("inquiry", (inquiry) => this.#inquiry({ kind: "told", inquiry, now_ms: Date.now() }));
    this.client.on<{ conversation: string; reason: string }>("inquiry_gone", ({ conversation }) => this.#inquiry({ kind: "gone", conversation }));
    this.client.on<{ number: string; state: PresenceState; phones?: number }>("presence", (change) => this.#presence(change));
    this.client.on<WireEvent>("event", (event) => this.#heard(event));
    this.client.on<OwnSettings>("settings", (settings) => this.#settle(settings));
    this.client.on<Kept>("kept", ({ conversation, ...keeping }) => this.client.kept(conversation, keeping));
    this.client.on<{ conversation: string; reason: string }>("conversation_gone", ({ conversation, reason }) => this.#leave(conversation, reason));
    this.client.on<{ conversation: string; seq: number; state: string }>("delivery", ({ conversation, seq, state }) => {
      this.#phone(conversation, seq, state);
      this.#changed();
    });
  }

  start(): void {
    void this.client.start();
    void this.loadSettings();
    void whenWorking().then(() => renewPush(this.api));
    void this.loadContacts();
    this.#timers.push(setInterval(() => this.#remind(), REMINDER_MS));
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#assignments.stop();
    this.client.stop();
    badgeTitle(0);
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  version = (): number => this.#changes;

  /** Pinned ones first, then the newest; those that run before those that are over. */
  list(...kinds: string[]): Conversation[] {
    return [...this.client.conversations.values()]
      .filter((conversation) => kinds.includes(conversation.kind))
      .sort((a, b) => Number(b.pinned) - Number(a.pinned) || Number(isRunning(b)) - Number(isRunning(a)) || newest(b) - newest(a));
  }

  /** Chats that go on to somebody else unless one opens them. */
  get assigned(): readonly Given[] {
    return this.#assignments.list();
  }

  get unreadChats(): number {
    return this.#sum("direct", "group", "broadcast");
  }

  get unreadVisitors(): number {
    return this.#sum("livechat");
  }

  /** Whether a conversation was deleted or left. */
  isGone(conversation: string): boolean {
    return this.#gone.has(conversation);
  }

  presenceOf(number: string): PresenceState | undefined {
    return this.contacts.find((contact) => contact.number === number)?.presence;
  }

  phoneStates(conversation: string): PhoneStates {
    return this.#phoneStates.get(conversation) ?? none;
  }

  async loadContacts(): Promise<void> {
    try {
      const { items } = await this.api.get<{ items: Contact[] }>("/v1/contacts");
      this.contacts = items.sort((a, b) => a.name.localeCompare(b.name));
      this.contactsState = "ready";
    } catch {
      if (this.contactsState !== "ready") this.contactsState = "failed";
    }
    this.#changed();
  }

  async loadSettings(): Promise<void> {
    try {
      const { languages, ...settings } = await this.api.get<OwnSettings & { languages: string[] }>("/v1/me/settings");
      this.languages = languages;
      this.#settle(settings);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // what this browser remembers holds
    }
  }

  /** At once here, then on the server, which tells the user's other windows. */
  async changeSettings(change: Partial<OwnSettings>): Promise<void> {
    const before = this.settings;
    if (change.language === undefined) this.#settle({ ...before, ...change });
    const kept = await this.#attempt(t("The setting could not be kept"), async () => {
      const settings = await this.api.patch<OwnSettings>("/v1/me/settings", change);
      if (change.language === undefined) this.#settle(settings);
    });
    if (!kept) this.#settle(before);
    else if (change.language !== undefined) location.reload(); // words come with the page
  }

  #settle(settings: OwnSettings): void {
    this.settings = settings;
    act(settings);
    this.#changed();
  }

  /** Everything that waits for this agent; also after a lost connection. */
  async loadInquiries(): Promise<void> {
    const ack = await this.client.request("inquiries", {});
    if (ack.ok) {
      this.inquiriesState = "ready";
      this.#inquiry({ kind: "listed", inquiries: ack["inquiries"] as Inquiry[], now_ms: Date.now() });
    } else {
      if (this.inquiriesState === "loading") this.inquiriesState = "failed";
      this.#changed();
    }
  }

  /** First accept wins; the loser is told who was faster. */
  async accept(inquiry: Waiting): Promise<void> {
    const ack = await this.client.request("accept", { conversation: inquiry.conversation, epoch: inquiry.epoch });
    if (ack.ok) {
      this.#inquiry({ kind: "gone", conversation: inquiry.conversation });
      this.client.take(ack["conversation"] as Summary);
      go("live-chat", inquiry.conversation);
      return;
    }
    if (ack.error.code === "unavailable") {
      toast({ tone: "danger", title: t("Not connected"), text: ack.error.message || t("The chat could not be accepted. Please try again.") });
      return;
    }
    if (ack.error.code === "agent_full") {
      toast({ tone: "danger", title: t("You cannot take another chat now"), text: ack.error.message });
      return;
    }
    this.#inquiry({ kind: "gone", conversation: inquiry.conversation });
    const by = (ack.error["by"] ?? ack["by"]) as { name?: string } | null | undefined;
    toast({
      tone: "danger",
      key: `lost ${inquiry.conversation}`,
      title: by?.name ? t("Taken by {name}", { name: by.name }) : t("This chat is gone"),
      text: by?.name ? t("{name} was faster: the chat with {visitor} is taken.", { name: by.name, visitor: inquiry.visitor.name }) : ack.error.message,
    });
  }

  /** What agents do with a chat they have or are offered; says why when it cannot be done. */
  async hand(act: "transfer" | "transfer_end" | "invite" | "leave" | "call_ask", conversation: string, more: object = {}): Promise<boolean> {
    const ack = await this.client.request(act, { conversation, ...more });
    if (ack.ok) return true;
    toast({ tone: "danger", title: t("This could not be done"), text: ack.error.message || t("Please try again.") });
    return false;
  }

  async end(conversation: string): Promise<boolean> {
    const ack = await this.client.request("end", { conversation });
    if (ack.ok) return true;
    if (ack.error.code === "unavailable") {
      try {
        await this.api.post(`/v1/conversations/${conversation}/end`);
        return true;
      } catch {
        // told below, in the same words as a refusal over the socket
      }
    }
    toast({ tone: "danger", title: t("The chat could not be ended"), text: ack.error.message || t("Please try again.") });
    return false;
  }

  async chatWith(number: string): Promise<void> {
    try {
      const summary = await this.api.post<Summary>("/v1/conversations", { with: number });
      this.#gone.delete(summary.conversation);
      this.client.take(summary);
      go("chats", summary.conversation);
    } catch (error) {
      toast({ tone: "danger", title: t("The chat could not be opened"), text: error instanceof Error ? error.message : "" });
    }
  }

  async makeGroup(name: string, members: readonly string[], clientId: string): Promise<void> {
    const summary = await this.api.post<Summary>("/v1/groups", { client_id: clientId, name, members });
    this.client.take(summary);
    go("chats", summary.conversation);
  }

  /** Pins or mutes for this person alone; their other windows hear of it from the server. */
  async keep(conversation: string, keeping: { pinned?: boolean; muted?: boolean }): Promise<void> {
    await this.#attempt(t("This could not be changed"), async () => {
      await this.api.patch(`/v1/conversations/${conversation}`, keeping);
      this.client.kept(conversation, keeping);
    });
  }

  /** Takes a chat off this person's list, with all that was said so far. */
  async deleteChat(conversation: string): Promise<boolean> {
    return this.#attempt(t("The chat could not be deleted"), async () => {
      await this.api.delete(`/v1/conversations/${conversation}`);
      this.#leave(conversation, "deleted");
    });
  }

  async leaveGroup(conversation: string): Promise<boolean> {
    return this.#attempt(t("The group could not be left"), async () => {
      await this.api.delete(`/v1/groups/${conversation}/members/${this.me.id}`);
      this.#leave(conversation, "member_left");
    });
  }

  async editMessage(conversation: string, seq: number, text: string, mentions: string[]): Promise<boolean> {
    return this.#attempt(t("The message could not be edited"), async () => {
      await this.api.patch(`/v1/conversations/${conversation}/events/${seq}`, { client_id: newId(), text, mentions });
    });
  }

  async deleteMessage(conversation: string, seq: number): Promise<boolean> {
    return this.#attempt(t("The message could not be deleted"), async () => {
      await this.api.delete(`/v1/conversations/${conversation}/events/${seq}`);
    });
  }

  /** How far the others have come, as the server knows it now. */
  async refresh(conversation: string): Promise<void> {
    try {
      this.client.take(await this.api.get<Summary>(`/v1/conversations/${conversation}`));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // what is known already is shown
    }
  }

  async #attempt(title: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      notDone(error, title);
      return false;
    }
  }

  /** The conversation on the screen: its news need no toast. */
  look(conversation: string | null): void {
    this.#inSight = conversation;
    this.#assignments.look(conversation);
    if (conversation) dismissKey(`message ${conversation}`);
  }

  async loadPhoneStates(conversation: string): Promise<void> {
    try {
      const { items } = await this.api.get<{ items: { seq: number; state: string }[] }>(`/v1/conversations/${conversation}/deliveries`);
      for (const { seq, state } of items) this.#phone(conversation, seq, state);
      this.#changed();
    } catch {
      // only an ornament of the log: the messages themselves are there
    }
  }

  #clientChanged(): void {
    const { connection } = this.client;
    if (connection === "refused" && this.#connection !== "refused") this.sessionEnded();
    this.#connection = connection;
    this.#changed();
  }

  #greeted(): void {
    this.listed = true;
    void this.loadInquiries();
    void this.loadContacts();
  }

  #inquiry(event: InquiryEvent): void {
    const before = this.inquiries;
    this.inquiries = after(before, event);
    const present = new Set(this.inquiries.map((inquiry) => inquiry.conversation));
    for (const inquiry of before) if (!present.has(inquiry.conversation)) dismissKey(`inquiry ${inquiry.conversation}`);
    for (const inquiry of arrived(before, this.inquiries)) void this.#alert(inquiry);
    this.#changed();
  }

  #presence(change: { number: string; state: PresenceState; phones?: number }): void {
    this.contacts = this.contacts.map((contact) =>
      contact.number === change.number ? { ...contact, presence: change.state, phones: change.phones ?? contact.phones } : contact,
    );
    this.#changed();
  }

  /** A conversation is no longer in this person's list. */
  #leave(conversation: string, reason: string): void {
    if (this.#gone.has(conversation)) return;
    const { title = "", kind = "" } = this.client.get(conversation) ?? {};
    this.#gone.add(conversation);
    this.client.forget(conversation);
    if (this.#inSight === conversation) go(kind === "livechat" ? "live-chat" : "chats");
    if (reason === "member_removed") toast({ title: t("You were removed from the group “{title}”.", { title }) });
  }

  #heard(event: WireEvent): void {
    if (event.code !== "member_removed" && event.code !== "member_left") this.#gone.delete(event.conversation);
    if ((event.kind !== "message" && event.kind !== "file") || isMine(event.author, this.me)) return;
    if (this.#isOthers(event.conversation)) return;
    if (event.conversation === this.#inSight && document.hasFocus()) return;
    if (this.client.get(event.conversation)?.muted && !namesMe(event, this.me)) return;
    if (!claim(`message ${event.conversation} ${event.seq}`)) return;
    const conversation = this.client.get(event.conversation);
    const open = (): void => go(conversation?.kind === "livechat" || event.author.kind === "visitor" ? "live-chat" : "chats", event.conversation);
    chime();
    const text = wordsOf(event).slice(0, 200);
    notifyDesktop(event.author.name, text, `engage ${event.conversation}`, open);
    if (event.conversation !== this.#inSight)
      toast({ key: `message ${event.conversation}`, title: event.author.name, text, action: { label: t("Open"), run: open } });
  }

  /** A visitor's chat that was given away: it stays to be read, but calls for nobody. */
  #isOthers(id: string): boolean {
    const conversation = this.client.get(id);
    return conversation?.kind === "livechat" && conversation.owner !== null && !serves(conversation, this.me);
  }

  async #alert(inquiry: Waiting): Promise<void> {
    if (!claim(`inquiry ${inquiry.conversation} ${Math.floor(Date.now() / (REMINDER_MS / 2))}`)) return;
    if (await undisturbed(this.api)) return;
    if (!this.inquiries.some(({ conversation }) => conversation === inquiry.conversation)) return; // taken meanwhile
    const open = (): void => go("live-chat");
    chime();
    const title = inquiry.handover ? t("{by} hands over the chat with {name}", { by: inquiry.handover.by.name, name: inquiry.visitor.name }) : t("{name} waits for an answer", { name: inquiry.visitor.name });
    notifyDesktop(title, inquiry.preview || inquiry.livechat.name, `engage inquiry ${inquiry.conversation}`, open);
    const inList = (parse(location.hash)[0] ?? "live-chat") === "live-chat";
    if (inList && document.hasFocus()) return announce(title);
    toast({
      key: `inquiry ${inquiry.conversation}`,
      title,
      text: inquiry.preview || inquiry.livechat.name,
      stay_ms: null,
      action: { label: t("Accept"), run: () => void this.accept(inquiry) },
    });
  }

  /** Whoever waits is brought to mind again, until somebody answers. */
  #remind(): void {
    const oldest = this.inquiries[0];
    if (oldest && this.client.connection === "online") void this.#alert(oldest);
  }

  #phone(conversation: string, seq: number, state: string): void {
    const known = new Map(this.#phoneStates.get(conversation));
    known.set(seq, state);
    this.#phoneStates.set(conversation, known);
  }

  #sum(...kinds: string[]): number {
    let unread = 0;
    for (const conversation of this.client.conversations.values()) if (kinds.includes(conversation.kind)) unread += conversation.muted || this.#isOthers(conversation.id) ? 0 : conversation.unread;
    return unread;
  }

  #changed(): void {
    this.#changes++;
    badgeTitle(this.inquiries.length + this.unreadChats + this.unreadVisitors);
    for (const watcher of this.#watchers) watcher();
  }
}

const none: PhoneStates = new Map();

function newest(conversation: Conversation): number {
  return conversation.newest ? Date.parse(conversation.newest.at) : 0;
}

function isRunning(conversation: Conversation): boolean {
  return conversation.kind !== "livechat" || conversation.state === "active" || conversation.state === "transferring";
}

/** Whom a conversation is with, by name; live chats and broadcasts carry it as their title. */
export function partner(conversation: Conversation, me: Me): { name: string; number: string } {
  if (conversation.kind === "group") return { name: conversation.title, number: "" };
  const other = conversation.participants.find((participant) => participant.who !== me.who);
  const number = other?.who.startsWith("user:") ? other.who.slice("user:".length) : "";
  if (conversation.kind === "direct" && other) return { name: other.name, number };
  const visitor = conversation.participants.find((participant) => participant.who.startsWith("visitor:"));
  return { name: conversation.title || visitor?.name || other?.name || t("Conversation"), number };
}

/** Who is mentioned hears of it even in a muted chat. */
function namesMe(event: WireEvent, me: Me): boolean {
  return event.mentions?.some((each) => each === me.id || each === EVERYBODY) ?? false;
}

/** Those in a conversation who have an extension. */
export function colleagues(conversation: Conversation, me: Me): Named[] {
  return conversation.participants.filter(({ who }) => who.startsWith("user:") && who !== me.who).map(({ who, name }) => ({ number: who.slice("user:".length), name }));
}

/** The others who write at this moment. */
export function writers(conversation: Conversation, me: Me): string[] {
  return conversation.typing.filter((typist) => whoOf(typist.author) !== me.who).map((typist) => typist.author.name);
}
