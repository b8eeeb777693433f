"""A busy live chat: 1,000 visitors, 100 agents, 200 messages a second, then a crash.

    python -m bench.live_chat [--visitors 1000] [--agents 100] [--rate 200] [--secs 20]

The server is `engage serve` on SQLite with synchronous=FULL; all clients live in this process,
whose own lateness is printed beside. An inquiry counts from the visitor's request to the last agent
who hears of it, a delivery from the sender's call to the other side's event, the resume from the
server's readiness after `kill -9` to the last visitor who is connected again and has asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.conversation_client import Client, Gone, Lateness
from bench.cpu import Conditions
from bench.figures import Line, note, percentile, tell
from engage.events import Events
from engage.keyring import Keyring
from engage.people.extension_forms import NewExtension
from engage.people.numbers import NumberRanges
from engage.people.queue_bodies import QueueChange
from engage.people.service import People
from engage.storage.database import Database
from engage.system.actor import SYSTEM
from tests.support.server import Server

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = "6500"
FIRST_AGENT = 2000
PASSWORD = "Bench-password-1"
AT_ONCE = 20


async def staff(data: Path, wanted: int) -> list[str]:
    """Add agents to the demonstration's queue; their numbers."""
    numbers = [str(FIRST_AGENT + n) for n in range(wanted)]
    database = await Database.open(f"sqlite:///{data / 'engage.db'}")
    anywhere = NumberRanges(check_ranges=False)
    people = People(database, Keyring.of(data, None), Events(), ranges=lambda: anywhere)
    await people.start()
    for number in numbers:
        new = NewExtension(
            number=number,
            first_name="Agent",
            last_name=number,
            wave_password=PASSWORD,
            sip_secret=PASSWORD,
        )
        await people.extensions.add(SYSTEM, new)
    present = [each.number for each in people.queues.get(SYSTEM, QUEUE).agents]
    agents = QueueChange(static_agents=[*present, *numbers])
    await people.queues.update(SYSTEM, QUEUE, agents)
    await people.stop()
    await database.close()
    return numbers


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """One JSON request."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


@dataclass
class Talk:
    """A visitor's chat with the agent who serves it."""

    conversation: str
    visitor: Client
    agent: Client
    last: int = 0


@dataclass
class Floor:
    """Everybody, and what was measured."""

    server: Server
    agents: list[Client] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    heard_by: dict[str, int] = field(default_factory=dict)
    all_heard: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    waiting: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    inquiry_ms: list[float] = field(default_factory=list)
    ack_ms: list[float] = field(default_factory=list)
    delivery_ms: list[float] = field(default_factory=list)

    def hear(self, name: str, payload: dict[str, Any]) -> None:
        """An event at any client."""
        now = time.perf_counter()
        if name == "inquiry":
            conversation = payload["conversation"]
            self.heard_by[conversation] = self.heard_by.get(conversation, 0) + 1
            if self.heard_by[conversation] == len(self.agents):
                self._future(conversation).set_result(now)
        elif name == "event" and payload.get("kind") == "message" and "client_id" not in payload:
            future = self.waiting.pop(payload["text"], None)
            if future is not None and not future.done():
                future.set_result(now)

    def _future(self, conversation: str) -> asyncio.Future[float]:
        loop = asyncio.get_running_loop()
        return self.all_heard.setdefault(conversation, loop.create_future())

    async def sign_in(self, number: str) -> None:
        """One more agent."""
        answer = await asyncio.to_thread(
            post, f"{self.server.url}/v1/sign-in", {"user": number, "password": PASSWORD}
        )
        agent = Client(self.server.http_port, "/wave", answer["token"], self.hear)
        await agent.connect()
        self.agents.append(agent)

    async def arrive(self, number: int) -> None:
        """One more visitor, accepted by an agent."""
        form = {"full_name": f"Visitor {number}", "email": "v@example.test", "phone": "+49 30 1234"}
        began = time.perf_counter()
        session = await asyncio.to_thread(
            post, f"{self.server.url}/v1/livechat/demo/sessions", {**form, "consent": True}
        )
        conversation = session["conversation"]
        heard = await asyncio.wait_for(self._future(conversation), 30)
        self.inquiry_ms.append((heard - began) * 1000)
        visitor = Client(self.server.http_port, "/visitor", session["token"], self.hear)
        await visitor.connect()
        agent = self.agents[number % len(self.agents)]
        await agent.call("accept", conversation=conversation)
        self.talks.append(Talk(conversation, visitor, agent))

    async def say(self, talk: Talk) -> None:
        """One side writes; the other hears it."""
        sender = random.choice((talk.visitor, talk.agent))
        client_id = f"{random.getrandbits(64):016x}"
        text = f"{client_id} " + "x" * 60
        arrived = self.waiting[text] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        answer = await sender.call(
            "send", conversation=talk.conversation, client_id=client_id, text=text
        )
        self.ack_ms.append((time.perf_counter() - began) * 1000)
        talk.last = max(talk.last, answer["seq"])
        self.delivery_ms.append((await asyncio.wait_for(arrived, 30) - began) * 1000)

    async def come_back(self, talk: Talk) -> float:
        """A visitor reconnects as the page does and asks what was missed; when that was done."""
        while True:
            await talk.visitor.reconnect()
            try:
                await talk.visitor.call("resume", conversation=talk.conversation, after=talk.last)
            except Gone:
                continue
            return time.perf_counter()


async def in_groups(work: list[Any]) -> None:
    """A few at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: Any) -> None:
        async with gate:
            await each

    await asyncio.gather(*(one(each) for each in work))


async def measure(floor: Floor, options: argparse.Namespace, numbers: list[str]) -> None:
    """Fill the floor, load it, crash it, and tell."""
    await in_groups([floor.sign_in(number) for number in numbers])
    note(f"{len(floor.agents)} agents are signed in")
    await in_groups([floor.arrive(number) for number in range(options.visitors)])
    note(f"{len(floor.talks)} visitors are served")
    lateness = Lateness()
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), []
    for n in range(int(options.rate * options.secs)):
        await asyncio.sleep(max(0.0, began + n / options.rate - loop.time()))
        sent.append(asyncio.create_task(floor.say(random.choice(floor.talks))))
    await asyncio.gather(*sent)
    late_ms = percentile(lateness.stop(), 99)
    await asyncio.to_thread(floor.server.kill9)
    backs = [asyncio.create_task(floor.come_back(talk)) for talk in floor.talks]
    await asyncio.to_thread(floor.server.start)
    ready = time.perf_counter()
    resumed_s = max(await asyncio.gather(*backs)) - ready
    how = f"{options.visitors} visitors, {len(numbers)} agents, {options.rate}/s"
    own = f"{how}; the load itself is {late_ms:.1f} ms late at p99"
    tell(
        Line("inquiry visible to all agents, p99", percentile(floor.inquiry_ms, 99), "ms", 300, 100,
             reference=f"{how}, {AT_ONCE} arriving at once"),
        Line("acknowledgement, p99", percentile(floor.ack_ms, 99), "ms", 50, 25, reference=own),
        Line("delivery, p99", percentile(floor.delivery_ms, 99), "ms", 150, 75, reference=own),
        Line("resume of all visitors after a crash", resumed_s, "s", 15, 5, reference=how),
    )  # fmt: skip
    note(f"inquiry p50 {percentile(floor.inquiry_ms, 50):.0f} ms, p90 "
         f"{percentile(floor.inquiry_ms, 90):.0f} ms; acknowledgement p50 "
         f"{percentile(floor.ack_ms, 50):.1f} ms, delivery p50 "
         f"{percentile(floor.delivery_ms, 50):.1f} ms")  # fmt: skip


def main() -> None:
    """Read the command line, staff the floor and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=1000)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--secs", type=float, default=20)
    options = parser.parse_args()
    conditions = Conditions()
    with Server() as server:
        server.stop()
        numbers = asyncio.run(staff(server.data, options.agents))
        server.start()
        asyncio.run(measure(Floor(server), options, numbers))
    note(str(conditions))


if __name__ == "__main__":
    main()
