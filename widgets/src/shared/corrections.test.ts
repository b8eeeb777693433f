import { describe, expect, test } from "vitest";
import { after, type Conversation, empty } from "./conversation";
import type { Author, Me, WireEvent } from "./wire";

const me: Me = { who: "user:1001", kind: "user", id: "1001", name: "Ben" };
const ana: Author = { kind: "user", id: "1000", name: "Ana" };

/** Numbers that look random and are the same on every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
}

/** The server's side: a log whose messages are rewritten by what corrects them (`engage/chat/corrections.py`). */
class Log {
  events: WireEvent[] = [];

  #append(kind: WireEvent["kind"], body: Partial<WireEvent>): WireEvent {
    const seq = this.events.length + 1;
    const event: WireEvent = { conversation: "c", seq, prev: seq - 1, kind, author: ana, at: `2026-11-24T10:00:${String(seq % 60).padStart(2, "0")}Z`, ...body };
    this.events.push(event);
    return event;
  }

  say(text: string): WireEvent {
    return this.#append("message", { text });
  }

  edit(of: number, text: string): WireEvent {
    const told = this.#append("edited", { of, text });
    this.#outdate(of, told.seq);
    this.events[of - 1] = { ...this.events[of - 1]!, text, edited: told.seq, edited_at: told.at };
    return told;
  }

  delete(of: number): WireEvent {
    const told = this.#append("deleted", { of });
    this.#outdate(of, told.seq);
    const { conversation, seq, prev, kind, author, at } = this.events[of - 1]!;
    this.events[of - 1] = { conversation, seq, prev, kind, author, at, deleted: told.seq };
    return told;
  }

  #outdate(of: number, by: number): void {
    this.events = this.events.map((event) => {
      if (event.kind !== "edited" || event.of !== of || event.seq === by) return event;
      const { text: _, ...rest } = event;
      return rest;
    });
  }

  live(): number[] {
    return this.events.filter((event) => event.kind === "message" && !event.deleted).map(({ seq }) => seq);
  }
}

/** A client that loses some of what it is told and asks for what it misses. */
class Client {
  state: Conversation = { ...empty("c"), loaded: true };

  hear(event: WireEvent, log: Log): void {
    this.state = after(this.state, { type: "event", event }, me);
    if (this.state.head > this.state.last) this.ask(log);
  }

  ask(log: Log): void {
    const asked = this.state.last;
    const events = log.events.filter((event) => event.seq > asked);
    this.state = after(this.state, { type: "page", after: asked, page: { events, head: log.events.length, more: false } }, me);
  }
}

describe("edits and deletions", () => {
  test("all clients end with the same messages, whatever each heard and when it came", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = numbers(seed);
      const log = new Log();
      const clients = [new Client()];
      for (let step = 0; step < 30; step++) {
        const live = log.live();
        const chosen = live[random(live.length || 1)];
        const what = random(10);
        const told = chosen === undefined || what < 5 ? log.say(`said ${step}`) : what < 8 ? log.edit(chosen, `edited ${step}`) : log.delete(chosen);
        for (const client of clients) {
          const luck = random(10);
          if (luck < 7) client.hear(told, log);
          if (luck === 6) client.hear(told, log); // twice
        }
        if (random(8) === 0) clients.push(new Client()); // comes late
      }
      for (const client of clients) {
        client.ask(log);
        expect(client.state.events, `seed ${seed}`).toEqual(log.events.filter((event) => event.kind === "message"));
        expect(client.state.last).toBe(log.events.length);
      }
    }
  });

  test("a list that has not loaded the history shows the newest line as it is now", () => {
    const log = new Log();
    const first = log.say("Helo");
    let state = after(empty("c"), { type: "event", event: first }, me);
    state = after(state, { type: "event", event: log.edit(1, "Hello") }, me);
    expect(state.newest?.text).toBe("Hello");
    state = after(state, { type: "event", event: log.delete(1) }, me);
    expect(state.newest?.text).toBeUndefined();
    expect(state.unread).toBe(1);
  });
});

describe("groups", () => {
  const system = (seq: number, code: string, extra: Record<string, unknown>): WireEvent => ({ conversation: "g", seq, prev: seq - 1, kind: "system", author: ana, at: "2026-11-24T10:00:00Z", code, ...extra });

  test("names, members and the owner follow the log", () => {
    let state: Conversation = { ...empty("g"), kind: "group", title: "Old", loaded: true, participants: [{ who: "user:1000", name: "Ana" }] };
    const told = [
      system(1, "renamed", { title: "New" }),
      system(2, "members_added", { members: [{ id: "1001", name: "Ben" }, { id: "1002", name: "Chen" }] }),
      system(3, "member_removed", { member: { id: "1002", name: "Chen" } }),
      system(4, "owner_changed", { owner: { id: "1001", name: "Ben" } }),
    ];
    for (const event of told) state = after(state, { type: "event", event }, me);
    expect(state.title).toBe("New");
    expect(state.participants.map(({ who }) => who)).toEqual(["user:1000", "user:1001"]);
    expect(state.owner).toEqual({ id: "1001", name: "Ben" });
  });
});
