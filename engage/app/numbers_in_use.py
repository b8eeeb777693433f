"""What has a number while no server runs: for commands that add an extension by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.app.dialplan import EMERGENCIES, RING_GROUPS, SPEED_DIALS, VOICEMAIL_GROUPS
from engage.app.rooms import CONFERENCE_ROOMS, PAGING_GROUPS, PARKING_LOTS
from engage.app.services import DIRECTORIES, FAXES, IVRS
from engage.dialplan.service import DialplanObjects
from engage.pms.mini_bar import owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.dialplan.model import ObjectKind
    from engage.events import Events
    from engage.people.numbering import NumberBook
    from engage.pms.mini_bar import MiniBarSettings
    from engage.storage.database import Database

NUMBERED: tuple[ObjectKind[Any], ...] = (
    *(RING_GROUPS, VOICEMAIL_GROUPS, SPEED_DIALS, EMERGENCIES),
    *(CONFERENCE_ROOMS, PAGING_GROUPS, PARKING_LOTS),
    *(IVRS, DIRECTORIES, FAXES),
)


async def read_numbers(
    book: NumberBook,
    database: Database,
    events: Events,
    mini_bar: Callable[[], MiniBarSettings],
) -> None:
    """Let the book know of everything an extension's number could be: no feature code is one."""
    book.register(owner(mini_bar))
    for kind in NUMBERED:
        await DialplanObjects(kind, database, events, numbers=book).start()
