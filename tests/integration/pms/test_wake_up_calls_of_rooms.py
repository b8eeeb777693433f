"""A guest's wake-up call is there when his room's telephone has been told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from engage.app.services import WAKE_UPS
from engage.dialplan.service import DialplanObjects
from engage.events import Events
from engage.pms.room_phones import Pbx, RoomPhones
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from engage.people.service import People
    from engage.storage.database import Database


async def test_a_call_that_somebody_has_just_deleted_is_added_anew(database: Database) -> None:
    ours, others = (DialplanObjects(WAKE_UPS, database, Events()) for _ in range(2))
    phones = RoomPhones(cast("People", None), cast("Pbx", None), ours)
    for _ in range(2):
        await phones.wake(SYSTEM, "1001", "07:30", "2099-12-31")
    [first] = ours.entries
    await others.start()
    await others.delete(SYSTEM, first.id)
    await phones.wake(SYSTEM, "1001", "07:30", "2099-12-31")
    [again] = ours.entries
    assert again.id != first.id
    assert again.form == first.form
