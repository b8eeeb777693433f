"""One mail for each absence, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update

from engage.chat.inactive import Activity, InactiveMails
from engage.durations import DAY_MS
from engage.files.settings import ImSettings
from engage.keyring import Keyring
from engage.notify.outbox import Outbox
from engage.people.model import AgentSeat
from engage.storage.tables import mails, wave_activity
from tests.support.colleagues import NAMES, Office, person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.mailing import Recipient
    from engage.storage.database import Database


class Letters:
    """Mails as they are written down."""

    def __init__(self) -> None:
        self.written: list[tuple[Recipient, Mapping[str, str | int]]] = []

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
        assert kind == "inactive_user"
        assert dedupe_key
        self.written.append((to, params))


class Addresses:
    """Everybody has an address but Dana."""

    def agents_of(self, kind: str, values: Iterable[str]) -> list[AgentSeat]:
        assert kind == "extensions"
        return [
            AgentSeat(each, NAMES[each], False, "" if each == "1003" else f"{each}@b.test", "de")
            for each in values
        ]


class Away(Office):
    """An office whose people may be away for days."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.settings = ImSettings(notify_inactive_users=True)
        self.connections.there = set()
        self.letters = Letters()
        self.activity = Activity(database, self.clock)
        self.job = InactiveMails(
            database, self.activity, self.connections, self.book, Addresses(), self.letters,
            lambda: self.settings, self.clock,
        )  # fmt: skip

    async def last_seen(self, number: str, days_ago: float) -> None:
        self.activity.saw([number])
        await self.activity.stop()
        seen = self.clock() - int(days_ago * DAY_MS)
        await self.database.write(
            lambda connection: connection.execute(
                update(wave_activity)
                .where(wave_activity.c.number == number)
                .values(seen_at_ms=seen)
            )
        )


@pytest.fixture
async def office(database: Database) -> Away:
    async def forget(connection: AsyncConnection) -> None:
        await connection.execute(delete(wave_activity))

    await database.write(forget)
    return Away(database)


async def write_to(office: Away, number: str, *texts: str) -> str:
    conversation, _ = await office.direct.open(person("1000"), number)
    for text in texts:
        await office.say("1000", conversation, text)
    return conversation


def told(office: Away) -> list[tuple[str, Any]]:
    return [(to.address, params["unread"]) for to, params in office.letters.written]


async def test_inactive_user_is_told_once_until_they_were_back(office: Away) -> None:
    await office.last_seen("1002", 8)
    await write_to(office, "1002", "One", "Two", "Three")
    assert await office.job.run_once() == 1
    assert told(office) == [("1002@b.test", 3)]
    [(to, params)] = office.letters.written
    assert (to.name, to.language, params["extension"]) == ("Chen Li", "de", "1002")
    await write_to(office, "1002", "Four")
    assert await office.job.run_once() == 0
    assert await Away(office.database).job.run_once() == 0  # nor after a restart

    office.activity.saw(["1002"])  # back, and away again without having read
    await office.activity.stop()
    office.offset_ms = 8 * DAY_MS
    assert await office.job.run_once() == 0  # nothing new was written since
    await write_to(office, "1002", "Five", "Six")
    assert await office.job.run_once() == 1
    assert told(office)[-1] == ("1002@b.test", 2)


async def test_nobody_is_told_too_early_or_without_need(office: Away) -> None:
    await office.last_seen("1001", 6.9)
    await office.last_seen("1002", 30)
    await write_to(office, "1001", "One")
    assert await office.job.run_once() == 0
    office.settings = ImSettings(notify_inactive_users=True, inactive_after_days=5)
    assert await office.job.run_once() == 1
    assert told(office) == [("1001@b.test", 1)]


async def test_who_is_in_wave_is_not_inactive(office: Away) -> None:
    await office.last_seen("1002", 8)
    await write_to(office, "1002", "One")
    office.connections.there = {"user:1002"}
    assert await office.job.run_once() == 0


async def test_switched_off_nobody_is_told(office: Away) -> None:
    await office.last_seen("1002", 8)
    await write_to(office, "1002", "One")
    office.settings = ImSettings()
    assert await office.job.run_once() == 0


async def test_who_has_no_address_or_was_never_there_is_spared(office: Away) -> None:
    await office.last_seen("1003", 8)
    await write_to(office, "1003", "One")
    await write_to(office, "1001", "Welcome")
    assert await office.job.run_once() == 0  # never there: counts from now on
    office.offset_ms = 7 * DAY_MS + 1
    assert await office.job.run_once() == 0  # nothing was written since the first look
    await write_to(office, "1001", "Are you there?")
    assert await office.job.run_once() == 1
    assert told(office) == [("1001@b.test", 1)]


async def test_mail_is_one_that_the_outbox_takes(office: Away) -> None:
    outbox = Outbox(office.database, Keyring(b"k" * 32), lambda: "https://pbx.example")
    job = InactiveMails(
        office.database, office.activity, office.connections, office.book, Addresses(), outbox,
        lambda: office.settings, office.clock,
    )  # fmt: skip
    await office.database.write(lambda connection: connection.execute(delete(mails)))
    await office.last_seen("1002", 8)
    await write_to(office, "1002", "One", "Two", "Three")
    assert [await job.run_once(), await job.run_once()] == [1, 0]
    async with office.database.read() as connection:
        [mail] = (await connection.execute(select(mails))).all()
    assert (mail.kind, mail.address) == ("inactive_user", "1002@b.test")
