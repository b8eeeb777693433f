"""The demonstration data: exactly once, only into an empty database, finished after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from engage import demo
from engage.app.dialplan import RING_GROUPS
from engage.app.rooms import CONFERENCE_ROOMS
from engage.dialplan.service import DialplanObjects
from engage.events import Events
from engage.hub.service import Hub
from engage.keyring import Keyring
from engage.livechat.service import LiveChatService
from engage.notify.outbox import Outbox
from engage.people.admin_forms import NewAdmin
from engage.people.service import People
from engage.storage.tables import accounts, extensions, facts, livechats
from engage.system.actor import SYSTEM
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.storage.database import Database

GIVEN = "Given-password-1"


THEIRS = "Their own password"


class House:
    def __init__(self, database: Database) -> None:
        events, sockets = Events(), Sockets()
        self.database = database
        keyring = Keyring(b"k" * 32)
        self.people = People(database, keyring, events)
        self.hub = Hub(database, sockets, events)
        outbox = Outbox(database, keyring, lambda: "https://pbx.example")
        self.livechat = LiveChatService(database, self.hub, sockets, self.people, events, outbox)
        self.events = events
        self.ring_groups = DialplanObjects(RING_GROUPS, database, events)
        self.rooms = DialplanObjects(CONFERENCE_ROOMS, database, events)

    async def fill(self, **options: str) -> bool:
        return await demo.fill(
            self.database, self.people, self.livechat, self.ring_groups, self.rooms, **options
        )

    async def counts(self) -> list[int]:
        async with self.database.read() as connection:
            return [
                int(await connection.scalar(select(func.count()).select_from(each)) or 0)
                for each in (accounts, extensions, livechats)
            ]


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    made = House(database)
    for part in (made.people, made.hub, made.livechat, made.ring_groups, made.rooms):
        await part.start()
    yield made
    await made.events.settled()
    for part in (made.livechat, made.hub, made.people):
        await part.stop()


async def test_it_is_written_once(house: House) -> None:
    assert await house.fill()
    assert await house.counts() == [5, 4, 1]
    assert await house.fill()
    assert await house.counts() == [5, 4, 1]
    names = [contact.name for contact in house.people.contacts()]
    assert names == ["Ana Costa", "Ben Osei", "Chen Li", "Dana Novak"]
    seats = house.people.agents_of("queue", ["6500"])
    assert [seat.number for seat in seats] == ["1000", "1001", "1002"]
    assert len(house.people.members([], ["Everyone"])) == 4
    [group] = house.ring_groups.entries
    assert (group.form.number, len(group.form.members)) == ("6400", 4)
    assert [room.form.number for room in house.rooms.entries] == ["6300"]
    chat = house.livechat.livechats.by_public_id("demo")
    assert chat.options.privacy_control
    assert chat.options.require_visitor_info
    assert "30" in chat.options.notice("en", str)
    directory, _ = house.people.pbx_directory.directory()
    assert next((each.number, each.secret, each.max_contacts) for each in directory) == (
        "1000",
        "Sip-1000!",
        5,
    )


async def test_a_start_that_was_interrupted_is_gone_on_with(house: House) -> None:
    await house.fill()

    async def interrupt(connection: object) -> None:
        await connection.execute(  # type: ignore[attr-defined]
            update(facts).where(facts.c.name == demo.MARK).values(value="filling")
        )
        await connection.execute(livechats.delete())  # type: ignore[attr-defined]

    await house.database.write(interrupt)
    await house.livechat.livechats.load(house.database)
    assert await house.fill()
    assert await house.counts() == [5, 4, 1]


async def test_a_database_of_somebody_elses_is_left_alone(house: House) -> None:
    root = NewAdmin(user_name="root", password=THEIRS)
    await house.people.administrators.add(SYSTEM, root)
    assert not await house.fill()
    assert await house.counts() == [1, 0, 0]


async def test_the_administrators_password_can_be_given(house: House) -> None:
    await house.fill(admin_password=GIVEN)
    signed_in = await house.people.sign_in(
        "admin", GIVEN, address="", user_agent="", kind="program"
    )
    assert signed_in.principal.kind == "admin"
    assert "admin" not in house.people.demo_passwords()
    assert "1000" in house.people.demo_passwords()
