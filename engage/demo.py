"""The demonstration data: people, groups, a room and a live chat to try everything with."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from engage.dialplan.conference_rooms import ConferenceRoomForm
from engage.dialplan.ring_group_forms import RingGroupForm
from engage.identifiers import new_id, now_ms
from engage.livechat.model import Destination, LiveChat, UnknownLiveChat
from engage.livechat.options import Options
from engage.people.admin_forms import NewAdmin
from engage.people.extension_forms import NewExtension
from engage.people.group_forms import NewGroup
from engage.people.model import NameTaken
from engage.people.queue_bodies import NewQueue
from engage.storage.tables import accounts, extensions, facts, livechats
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.service import DialplanObjects
    from engage.livechat.service import LiveChatService
    from engage.people.service import People
    from engage.storage.database import Database

log = logging.getLogger(__name__)

MARK = "demo"
"""The fact that says so: `filling` while it is being written, `filled` afterwards."""

PEOPLE = (
    ("1000", "Ana", "Costa"),
    ("1001", "Ben", "Osei"),
    ("1002", "Chen", "Li"),
    ("1003", "Dana", "Novak"),
)
QUEUE, AGENTS = "6500", ("1000", "1001", "1002")
GROUP = "Everyone"
RING_GROUP, ROOM = "6400", "6300"
PUBLIC_ID = "demo"
ADMIN, ADMIN_PASSWORD = "admin", "Demo-admin!"
MAX_CONTACTS = 5


async def fill(
    database: Database,
    people: People,
    livechat: LiveChatService,
    ring_groups: DialplanObjects[RingGroupForm],
    rooms: DialplanObjects[ConferenceRoomForm],
    *,
    admin_password: str | None = None,
) -> bool:
    """Fill an empty database, or go on where an earlier start was interrupted.

    Args:
        database: where the mark is kept.
        people: started.
        livechat: started.
        ring_groups: started.
        rooms: started.
        admin_password: the administrator's, instead of the known one.

    Returns:
        whether this database holds demonstration data.
    """
    match await database.write(_begin):
        case "filled":
            return True
        case "filling":
            await _fill(people, livechat, ring_groups, rooms, admin_password)
            await database.write(_done)
            log.info("demonstration data written")
            return True
        case _:
            return False


async def _begin(connection: AsyncConnection) -> str | None:
    """The mark; None in a database that somebody else has filled."""
    mark = await connection.scalar(select(facts.c.value).where(facts.c.name == MARK))
    if mark is not None:
        return str(mark)
    for table in (accounts, extensions, livechats):
        if await connection.scalar(select(func.count()).select_from(table)):
            return None
    await connection.execute(insert(facts).values(name=MARK, value="filling"))
    return "filling"


async def _done(connection: AsyncConnection) -> None:
    await connection.execute(update(facts).where(facts.c.name == MARK).values(value="filled"))


async def _fill(
    people: People,
    livechat: LiveChatService,
    ring_groups: DialplanObjects[RingGroupForm],
    rooms: DialplanObjects[ConferenceRoomForm],
    admin_password: str | None,
) -> None:
    known = admin_password is None
    # Together: what takes time is hashing the passwords, and that has threads of its own.
    await asyncio.gather(
        _once(people.administrators.add(SYSTEM, _admin(admin_password), demo_password=known)),
        *(
            _once(people.extensions.add(SYSTEM, _extension(*person), demo_password=True))
            for person in PEOPLE
        ),
    )
    await _once(
        people.groups.add(SYSTEM, NewGroup(name=GROUP, members=[each for each, _, _ in PEOPLE]))
    )
    await _once(
        people.queues.add(
            SYSTEM, NewQueue(number=QUEUE, name="Support", static_agents=list(AGENTS))
        )
    )
    await _once(ring_groups.add(SYSTEM, _ring_group(), RING_GROUP))
    await _once(rooms.add(SYSTEM, ConferenceRoomForm(name="Meeting", number=ROOM), ROOM))
    try:
        livechat.livechats.by_public_id(PUBLIC_ID)
    except UnknownLiveChat:
        await livechat.add(_livechat())


async def _once(work: Awaitable[object]) -> None:
    try:
        await work
    except NameTaken:  # written before an interruption
        log.info("demonstration data found already in place")


def _admin(password: str | None) -> NewAdmin:
    return NewAdmin(
        user_name=ADMIN,
        password=password or ADMIN_PASSWORD,
        display_name="Administrator",
        level="super",
    )


def _ring_group() -> RingGroupForm:
    return RingGroupForm(
        name="Office",
        number=RING_GROUP,
        members=[each for each, _, _ in PEOPLE],
        member_groups=[],
        strategy="simultaneously",
    )


def _extension(number: str, first_name: str, last_name: str) -> NewExtension:
    return NewExtension(
        number=number,
        first_name=first_name,
        last_name=last_name,
        email=f"{number}@example.test",
        wave_password=f"Demo-{number}!",
        sip_secret=f"Sip-{number}!",
        max_contacts=MAX_CONTACTS,
    )


def _livechat() -> LiveChat:
    return LiveChat(
        id=new_id(),
        public_id=PUBLIC_ID,
        name="Demo",
        enabled=True,
        destination=Destination("queue", (QUEUE,)),
        options=Options(privacy_control=True, allow_visitor_to_call=True),
        version=1,
        created_at_ms=now_ms(),
    )
