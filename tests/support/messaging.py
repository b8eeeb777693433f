"""What the web process has of telephony, broadcasts and chats, on a real database and PBX."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engage.broadcast.sending import BroadcastSending
from engage.broadcast.service import Broadcasts, NewBroadcast
from engage.chat.service import DirectChat
from engage.events import Events
from engage.hub.presence import Presence
from engage.hub.service import Hub
from engage.identifiers import now_ms
from engage.people.model import Contact, Grant, Principal
from engage.system.actor import ALL_RIGHTS
from engage.telephony.deliveries import PACE
from engage.telephony.service import Telephony
from pbxcore.directory import Extension
from tests.support.server import pause_s
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from engage.broadcast.repository import DeliveryView
    from engage.broadcast.service import BroadcastView
    from engage.storage.database import Database
    from engage.telephony.alerts import PhoneAlerts
    from pbxcore.rate_limit import Rate
    from tests.support.exchange import Exchange

ADMIN = Principal("admin", "admin", "Administrator", "admin:admin", "s0", rights=ALL_RIGHTS)
ANA = Principal("user", "1000", "Ana Costa", "user:1000", "s1")
BEN = Principal("user", "1001", "Ben Osei", "user:1001", "s2")
EVERYTHING = frozenset(Grant)
NAMES = {"1000": "Ana Costa", "1001": "Ben Osei", "1002": "Chen Li", "1003": "Dana Novak"}


class Book:
    """Who has an extension here."""

    def __init__(self, names: dict[str, str] | None = None) -> None:
        self.names = dict(names or NAMES)
        self.groups = {"Everyone": list(self.names)}
        self.version = 1

    def contacts(self) -> list[Contact]:
        return [Contact(number, name, "") for number, name in self.names.items()]

    def name_of(self, number: str) -> str | None:
        return self.names.get(number)

    def grants_of(self, number: str) -> frozenset[str]:
        return EVERYTHING

    def members(self, extensions: list[str], groups: list[str]) -> list[Contact]:
        numbers = [*extensions, *(each for group in groups for each in self.groups.get(group, []))]
        return [
            Contact(number, self.names[number], "")
            for number in dict.fromkeys(numbers)
            if number in self.names
        ]

    def names_taken(self) -> set[str]:
        return {*self.names, *self.names.values(), "admin", "Administrator"}

    def directory(self) -> tuple[list[Extension], int]:
        return [
            Extension(number, name, f"Sip-{number}!", 5) for number, name in self.names.items()
        ], self.version


@dataclass
class Desk:
    """One run of the web process; `crash` ends it without goodbye, `Desk(...)` is the next."""

    database: Database
    exchange: Exchange
    book: Book
    clock: Callable[[], int] = now_ms
    events: Events = field(default_factory=Events)
    sockets: Sockets = field(default_factory=Sockets)
    pace: Rate = PACE
    in_flight: int = 10
    alerts: PhoneAlerts | None = None

    async def __aenter__(self) -> Desk:
        self.hub = Hub(self.database, self.sockets, self.events, self.clock)
        self.presence = Presence(self.sockets, self.events)
        link, book = self.exchange, self.book
        self.telephony = Telephony(
            self.database,
            link,
            self.events,
            book,
            self.clock,
            pace=self.pace,
            in_flight=self.in_flight,
        )
        phones = self.telephony.deliveries
        self.chat = DirectChat(
            self.database, self.hub, book, self.sockets, phones, self.events, self.clock
        )
        self.sending = BroadcastSending(
            self.database, self.hub, book, phones, self.events, self.clock
        )
        self.broadcasts = Broadcasts(self.database, book, phones, self.sending.wake, self.clock)
        self.telephony.follow(
            self.hub, link.journal, self.chat, self.presence, link.on_notice, self.alerts
        )
        link.on_request(self.chat.arrived)
        await self.hub.start()
        await self.telephony.start()
        await self.sending.start()
        await link.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.exchange.web_is_gone()
        await self.sending.stop()
        await self.telephony.stop()
        await self.events.settled()
        await self.hub.stop()
        self.presence.stop()
        await self.events.settled()

    async def phones(self, number: str, count: int) -> None:
        """Wait until presence knows of so many phones."""
        await eventually(lambda: self.presence.phones(number) == count)

    async def broadcast(
        self,
        *extensions: str,
        message: str = "Fire drill at ten.",
        sender: str = "Facilities",
        kind: str | None = None,
        groups: Sequence[str] = (),
        deliver_to: Sequence[Any] = ("phones", "wave"),
        client_id: str | None = None,
        send_at_ms: int | None = None,
    ) -> BroadcastView:
        """Create one as the administrator."""
        wanted = NewBroadcast(
            client_id=client_id,
            name="Drill",
            sender_kind=kind,
            sender_value=sender,
            message=message,
            extensions=extensions,
            extension_groups=tuple(groups),
            deliver_to=tuple(deliver_to),
            send_at_ms=send_at_ms,
        )
        view, _ = await self.broadcasts.create(ADMIN, "192.0.2.1", wanted)
        return view

    async def state(self, broadcast_id: str) -> str:
        """The broadcast's state now."""
        return (await self.broadcasts.get(ADMIN, broadcast_id)).state

    async def rows(self, broadcast_id: str, **filters: Any) -> list[DeliveryView]:
        """Its deliveries now."""
        wanted = {"states": (), "leg": None, "search": "", "after": None, "limit": 500} | filters
        return await self.broadcasts.deliveries(ADMIN, broadcast_id, **wanted)

    async def reaches(self, broadcast_id: str, state: str, timeout_s: float = 15) -> None:
        """Wait until the broadcast is in this state."""

        async def reached() -> bool:
            return await self.state(broadcast_id) == state

        await eventually(reached, timeout_s)


async def eventually(ready: Callable[[], bool | Awaitable[bool]], timeout_s: float = 15) -> None:
    """Ask again and again until `ready` says so: for what tells nobody that it has happened."""
    async with asyncio.timeout(timeout_s):
        await asyncio.sleep(0)
        while True:
            began_s = time.thread_time()
            answer = ready()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(pause_s(time.thread_time() - began_s))
