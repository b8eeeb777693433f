"""A live chat on a real database with the real hub; only the sockets are written down."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engage.events import Events
from engage.hub.model import Author
from engage.hub.service import Hub
from engage.identifiers import new_id
from engage.keyring import Keyring
from engage.livechat.desk import Agent
from engage.livechat.form import Form
from engage.livechat.limits import Limits
from engage.livechat.model import Arrival, Destination, LiveChat
from engage.livechat.options import Options
from engage.livechat.reception import Session, Start
from engage.livechat.service import LiveChatService
from engage.notify.outbox import Outbox
from engage.people.model import AgentSeat
from engage.storage.tables import mails
from pbxcore.dialplan.time_conditions import Calendar
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.storage.database import Database

KEYRING = Keyring(b"k" * 32)
ANA, BEN, CHEN = Agent("1000", "Ana Costa"), Agent("1001", "Ben Osei"), Agent("1002", "Chen Li")
FORM = Form("Vera <b>", "vera@example.test", "+49 30 123", consent=True)
HERE = Arrival("192.0.2.7", "Browser/1", "en")


class Seats:
    """A queue's agents."""

    def __init__(self) -> None:
        self.agents = [
            AgentSeat(each.number, each.name, False, f"{each.number}@example.test", language)
            for each, language in ((ANA, "de"), (BEN, ""))
        ]
        self.others: dict[tuple[str, tuple[str, ...]], list[AgentSeat]] = {}
        self.most: dict[str, int] = {}
        self.queues = {"6500": "Support", "6501": "Sales"}
        self.chairmen: frozenset[str] = frozenset()

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        asked = (kind, tuple(values))
        if kind == "extensions" and asked not in self.others:
            return [each for each in self.agents if each.number in asked[1]]
        return self.agents if asked == ("queue", ("6500",)) else self.others.get(asked, [])

    def capacity(self, number: str) -> int:
        """So many chats fill an agent."""
        return self.most.get(number, 5)

    def names_of(self, kind: str, values: Iterable[str]) -> dict[str, str]:
        return {value: self.queues[value] for value in values if value in self.queues}

    def chairmen_of(self, kind: str, values: Iterable[str]) -> frozenset[str]:
        return self.chairmen if kind == "queue" and "6500" in values else frozenset()


@dataclass
class Clock:
    ms: int = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms

    def pass_s(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@dataclass
class Office:
    """One running server's live chat; `restarted` is the next one on the same database."""

    database: Database
    sockets: Sockets
    seats: Seats
    clock: Clock
    limits: Limits = field(default_factory=Limits)
    events: Events = field(default_factory=Events)
    calendar: Calendar = field(default_factory=lambda: Calendar(UTC))

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.database, KEYRING, lambda: "https://pbx.example", self.clock)
        self.hub = Hub(self.database, self.sockets, self.events, self.clock)
        self.service = LiveChatService(
            self.database,
            self.hub,
            self.sockets,
            self.seats,
            self.events,
            self.outbox,
            limits=lambda: self.limits,
            calendar=lambda: self.calendar,
            clock=self.clock,
        )

    async def start(self) -> Office:
        await self.hub.start()
        await self.service.livechats.load(self.database)
        await self.service.bans.load()
        await self.service.attendance.open_doors()
        return self

    async def stop(self) -> None:
        await self.events.settled()
        await self.service.stop()
        await self.hub.stop()

    async def restarted(self) -> Office:
        await self.stop()
        next_one = Office(
            self.database,
            Sockets(),
            self.seats,
            self.clock,
            self.limits,
            calendar=self.calendar,
        )
        return await next_one.start()

    async def add(self, public_id: str = "chat", **options: Any) -> LiveChat:
        livechat = LiveChat(
            id=new_id(),
            public_id=public_id,
            name=f"Name of {public_id}",
            enabled=options.pop("enabled", True),
            destination=options.pop("destination", Destination("queue", ("6500",))),
            options=Options(**options),
            version=1,
            created_at_ms=self.clock(),
        )
        await self.service.add(livechat)
        return livechat

    async def begin(self, public_id: str = "chat", **start: Any) -> Session:
        form = start.pop("form", FORM)
        arrival = start.pop("arrival", HERE)
        session = await self.service.reception.start(public_id, Start(form, **start), arrival)
        await self.events.settled()
        return session

    async def connect(self, who: str) -> None:
        self.sockets.open[who] += 1
        await self.service.attendance.changed(who)

    async def disconnect(self, who: str) -> None:
        self.sockets.open[who] -= 1
        await self.service.attendance.changed(who)

    async def mails(self, kind: str) -> list[Any]:
        """Rows of the outbox in the order of their writing, with `params` in clear."""
        async with self.database.read() as connection:
            query = select(mails).where(mails.c.kind == kind).order_by(mails.c.id)
            found = [row._asdict() for row in await connection.execute(query)]
        return [{**each, "params": json.loads(KEYRING.open(each["params"]))} for each in found]

    async def sweep(self) -> int:
        done = await self.service.attendance.sweep()
        await self.events.settled()
        return done


def visitor_author(session: Session) -> Author:
    """The visitor of a session, as the hub knows them."""
    assert session.visitor is not None
    return Author("visitor", session.visitor.id, session.visitor.name)
