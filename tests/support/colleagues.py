"""Colleagues who chat: the slice's services on a database, without a PBX or a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.chat.corrections import Corrections
from engage.chat.groups import GroupChats
from engage.chat.keeping import ChatKeeping
from engage.chat.service import DirectChat
from engage.events import Events
from engage.files.settings import ImSettings
from engage.hub.model import Author
from engage.hub.service import Hub
from engage.identifiers import new_id, now_ms
from engage.people.model import Contact, Grant, Principal
from tests.support.following import Connections

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from engage.telephony.events import Device, Outgoing

EVERYTHING = frozenset(Grant)
NAMES = {"1000": "Ana Costa", "1001": "Ben Osei", "1002": "Chen Li", "1003": "Dana Novak"}


class Book:
    """Everybody with an extension."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def contacts(self) -> list[Contact]:
        return [Contact(number, name, "") for number, name in self.names.items()]

    def name_of(self, number: str) -> str | None:
        return self.names.get(number)

    def grants_of(self, number: str) -> frozenset[str]:
        return EVERYTHING


class NoPhones:
    """Nobody has a phone."""

    def __init__(self) -> None:
        self.reworded: list[tuple[str, str]] = []
        self.withdrawn: list[str] = []

    async def enqueue(self, connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
        raise AssertionError(rows)

    async def reword(self, connection: AsyncConnection, topic_id: str, text: str) -> None:
        self.reworded.append((topic_id, text))

    async def withdraw(self, connection: AsyncConnection, topic_id: str) -> None:
        self.withdrawn.append(topic_id)

    async def devices(self, connection: AsyncConnection, numbers: Iterable[str]) -> list[Device]:
        return []

    def wake(self) -> None:
        """Nothing to send."""


class Office:
    """The chat slice with everybody connected."""

    def __init__(self, database: Database, names: dict[str, str] = NAMES) -> None:
        self.database = database
        self.offset_ms = 0
        self.settings = ImSettings()
        self.connections, self.events, self.phones = Connections(), Events(), NoPhones()
        book = Book(names)
        self.book = book
        self.hub = Hub(database, self.connections, self.events, self.clock)
        self.direct = DirectChat(
            database, self.hub, book, self.connections, self.phones, self.events, self.clock
        )
        self.groups = GroupChats(database, self.hub, book, lambda: self.settings, self.clock)
        self.keeping = ChatKeeping(self.hub, self.clock)
        self.corrections = Corrections(
            self.hub, self.phones, self.events, lambda: self.settings, self.clock
        )

    def clock(self) -> int:
        return now_ms() + self.offset_ms

    async def say(self, number: str, conversation: str, text: str, **more: object) -> int:
        """Somebody writes; the sequence."""
        client_id = str(more.pop("client_id", new_id()))
        appended = await self.hub.post(
            f"user:{number}", author(number), conversation, client_id=client_id, text=text,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip
        return appended.event.seq

    async def seen(self, number: str, conversation: str) -> list[dict[str, object]]:
        """The log as somebody reads it from its beginning."""
        return (await self.hub.resume(f"user:{number}", conversation, 0)).events


def person(number: str, *grants: str) -> Principal:
    """A user who is signed in."""
    name = NAMES.get(number, number)
    return Principal("user", number, name, f"user:{number}", "s", grants=frozenset(grants))


def author(number: str) -> Author:
    """As others see them."""
    return Author("user", number, NAMES.get(number, number))
