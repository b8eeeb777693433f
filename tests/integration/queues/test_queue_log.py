"""The queue log is written once and whole, whatever the database and the server do meanwhile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from engage.events import Events
from engage.queues.log import QueueLog
from engage.queues.outbound import OutboundCalls
from engage.queues.repository import QueueLogRepository
from pbxcore.journal import CallEnded, CallStarted, Entry, LegAnswered, LegCalled, LegEnded

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.hub.service import HubTransaction
    from engage.storage.database import Database
    from pbxcore.journal import Fact

CALL = (
    CallStarted("c1", "1", "1001", "Ann", "0301234", "outbound"),
    LegCalled("c1", "2", "+49301234", "dial", "provider"),
    LegAnswered("c1", "2"),
    LegEnded("c1", "2", "caller", 0, 16, "hung_up"),
    CallEnded("c1", "answered", 0, 16),
)


class Follower:
    """The queue log of a server, which may start anew."""

    def __init__(self, database: Database) -> None:
        self.database, self.seq = database, 0

    async def start(self) -> None:
        outbound = OutboundCalls(lambda: "out", lambda number: True)
        self.log = QueueLog(self.database, Events(), outbound)
        await self.log.start()

    async def follow(self, *facts: Fact) -> None:
        entries = [
            Entry(self.seq + at, (self.seq + at) * 2000, fact) for at, fact in enumerate(facts, 1)
        ]
        self.seq += len(facts)

        async def work(connection: AsyncConnection) -> Callable[[], None]:
            transaction = cast("HubTransaction", SimpleNamespace(connection=connection))
            return await self.log.project(transaction, entries)

        async def in_vain(connection: AsyncConnection) -> None:
            await work(connection)
            raise LookupError  # as if the database had given up

        with pytest.raises(LookupError):
            await self.database.write(in_vain)
        (await self.database.write(work))()

    async def rows(self) -> list[str]:
        async with self.database.read() as connection:
            found = await QueueLogRepository(connection).between(0, 60_000)
        return ["|".join((row.agent, row.verb, *row.data)) for row in found]


WHOLE = [
    "1001|CALLOUTBOUND|+49301234|provider",
    "1001|CONNECT|2|2|0",
    "1001|COMPLETECALLER|2|4|1",
]


async def test_entries_that_come_again_are_told_once_and_whole(database: Database) -> None:
    follower = Follower(database)
    await follower.start()
    for fact in CALL:
        await follower.follow(fact)
    assert await follower.rows() == WHOLE


@pytest.mark.parametrize("at", [2, 3, 4])
async def test_a_call_is_told_to_its_end_though_the_server_starts_anew(
    database: Database, at: int
) -> None:
    follower = Follower(database)
    await follower.start()
    await follower.follow(*CALL[:at])
    await follower.start()
    await follower.follow(*CALL[at:])
    assert (await follower.rows())[:2] == WHOLE[:2]
    assert (await follower.rows())[2].split("|")[1].startswith("COMPLETE")
