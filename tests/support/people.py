"""People's services on a real database, with the outbox and the links written down."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from sqlalchemy import select

from engage.events import Events
from engage.keyring import Keyring
from engage.people.events import ExtensionsDropped, ExtensionsSaved, SessionEnded
from engage.people.extension_forms import NewExtension
from engage.people.numbers import NumberRanges
from engage.people.passwords import Passwords
from engage.people.service import People
from engage.storage.tables import operations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Recipient
    from engage.people.model import Reference, SignedIn
    from engage.storage.database import Database

PASSWORD, ANOTHER = "Correct-horse-1", "Another-horse-2"
SECRET = "Phone-secret-1"  # noqa: S105


class Outbox:
    """Writes down what would be mailed."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Recipient, Mapping[str, str | int]]] = []
        self.arrived = asyncio.Event()

    async def post(
        self,
        connection: AsyncConnection,
        kind: str,
        *,
        to: Recipient,
        params: Mapping[str, str | int],
        reply_to: str = "",
        dedupe_key: str = "",
    ) -> None:
        self.posted.append((kind, to, params))
        self.arrived.set()


class Referring:
    """Another slice that refers to people's objects."""

    def __init__(self) -> None:
        self.to: dict[tuple[str, str], list[Reference]] = {}

    async def referring(
        self, connection: AsyncConnection, kind: str, keys: Iterable[str]
    ) -> list[Reference]:
        return [each for key in keys for each in self.to.get((kind, key), ())]


class Office:
    """People's services, started."""

    def __init__(self, database: Database) -> None:
        self.database, self.events, self.ranges = database, Events(), NumberRanges()
        self.heard: list[object] = []
        for kind in (ExtensionsSaved, ExtensionsDropped, SessionEnded):
            self.events.subscribe(kind, self._hear)
        self.outbox, self.referring = Outbox(), Referring()
        self.people = self.make()

    def make(self) -> People:
        """The services, not yet started."""
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        people = People(
            self.database,
            Keyring(b"k" * 32),
            self.events,
            passwords=Passwords(hasher=quick),
            ranges=lambda: self.ranges,
        )
        people.extensions.rows.welcome_by(people.links, self.outbox)
        for part in (people.extensions, people.groups, people.queues):
            part.consult(self.referring)
        return people

    async def mails(self, count: int) -> None:
        """Wait until so many mails are written."""
        async with asyncio.timeout(10):
            while len(self.outbox.posted) < count:
                self.outbox.arrived.clear()
                await self.outbox.arrived.wait()

    async def sign_in(self, user: str, password: str = PASSWORD) -> SignedIn:
        return await self.people.sign_in(
            user, password, address="192.0.2.1", user_agent="test", kind="program"
        )

    async def log(self) -> list[tuple[str, str, str]]:
        """The operation log: who, what, on what."""
        query = select(operations).order_by(operations.c.id)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [(row.actor, row.action, row.object) for row in rows]

    async def _hear(self, fact: object) -> None:
        self.heard.append(fact)


def extension(number: str, **fields: object) -> NewExtension:
    """An extension to be added, with good secrets."""
    given = {"number": number, "wave_password": PASSWORD, "sip_secret": SECRET, **fields}
    return NewExtension.model_validate(given)
