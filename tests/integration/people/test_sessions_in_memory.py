"""Sessions in memory and on disk at once: what one learns later never undoes what the other did."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from engage.events import Events
from engage.people.book import PeopleBook
from engage.people.directory_repository import DirectoryRepository
from engage.people.events import SessionEnded
from engage.people.model import Account, ExtensionEntry, SessionOver, SessionRevoked
from engage.people.repository import PeopleRepository
from engage.people.sessions import Sessions
from engage.people.sign_in.model import Caller
from engage.people.sign_in.settings import SecuritySettings
from engage.storage.database import Database
from tests.support.slow_reads import SlowReads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

ANA = Account("a1", "1000", "user", "Ana", "", "", "hash", False, True, 1)
DESK = ExtensionEntry("1000", ANA.id, "Ana", "Costa", "sealed", 1, "internal", True)
BOOK = PeopleBook.of(1, 1, [ANA], [DESK], [], [])
HOUR = 3_600_000


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'engage.db'}")

    async def work(connection: AsyncConnection) -> None:
        await PeopleRepository(connection).add_accounts([ANA], 0)
        await DirectoryRepository(connection).add_extensions([DESK])

    await opened.write(work)
    yield opened
    await opened.close()


async def started(database: Database, events: Events, clock: Clock) -> Sessions:
    sessions = Sessions(database, events, clock, SecuritySettings)
    await sessions.start(lambda: BOOK)
    return sessions


async def test_a_session_signed_out_right_after_its_use_stays_so(database: Database) -> None:
    clock, events = Clock(), Events()
    sessions = await started(database, events, clock)
    token = (await sessions.begin(ANA, Caller("192.0.2.1", "test", "browser"))).token
    clock.now += HOUR
    sessions.principal(token)  # its expiry is moved on in the background
    await sessions.end(token)
    await sessions.stop()
    again = await started(database, events, clock)
    with pytest.raises(SessionRevoked):
        again.principal(token)
    await again.stop()


async def test_a_session_signed_out_while_it_is_refreshed_stays_so(database: Database) -> None:
    clock, events = Clock(), Events()
    sessions = await started(database, events, clock)
    token = (await sessions.begin(ANA, Caller("192.0.2.1", "test", "program"))).token
    ending = sessions.end(token)
    refreshing = sessions.refresh(token)
    await asyncio.gather(ending, refreshing, return_exceptions=True)
    await sessions.reload()
    with pytest.raises(SessionRevoked):
        sessions.principal(token)
    await sessions.stop()


async def test_reading_all_sessions_again_forgets_none_that_began_or_ended_meanwhile(
    database: Database,
) -> None:
    slow = SlowReads(database)
    sessions = await started(slow, Events(), Clock())  # type: ignore[arg-type]
    left = (await sessions.begin(ANA, Caller("192.0.2.1", "test", "program"))).token
    slow.held = True
    reading = asyncio.create_task(sessions.reload())
    await slow.has_read.wait()
    came = (await sessions.begin(ANA, Caller("192.0.2.1", "test", "program"))).token
    await sessions.end(left)
    slow.go_on.set()
    await reading
    assert sessions.principal(came).who == "user:1000"
    with pytest.raises(SessionRevoked):
        sessions.principal(left)
    await sessions.stop()


async def test_sessions_that_another_process_removed_are_told_to_be_over(
    database: Database,
) -> None:
    events, heard = Events(), list[SessionEnded]()

    async def hear(fact: SessionEnded) -> None:
        heard.append(fact)

    events.subscribe(SessionEnded, hear)
    sessions = await started(database, events, Clock())
    begun = await sessions.begin(ANA, Caller("192.0.2.1", "test", "browser"))

    async def drop(connection: AsyncConnection) -> None:
        await PeopleRepository(connection).drop_accounts([ANA.id])

    await database.write(drop)
    await sessions.reload()
    await events.settled()
    assert heard == [SessionEnded(begun.principal.session_id, "revoked")]
    with pytest.raises(SessionOver):
        sessions.principal(begun.token)
    await sessions.stop()


async def test_a_user_without_an_extension_is_nobody_and_never_an_administrator(
    database: Database,
) -> None:
    sessions = Sessions(database, Events(), Clock(), SecuritySettings)
    books = [BOOK]
    await sessions.start(lambda: books[-1])
    token = (await sessions.begin(ANA, Caller("192.0.2.1", "test", "program"))).token
    books.append(PeopleBook.of(2, 2, [ANA], [], [], []))
    with pytest.raises(SessionRevoked):
        sessions.principal(token)
    await sessions.stop()
