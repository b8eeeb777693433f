"""Which hotel rooms need an extension, so that none is deleted that is a room's telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.people.model import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.service import DialplanObjects
    from engage.pms.rooms import PmsRoomForm


class RoomReferences:
    """Tells those who delete extensions of the rooms: a room is nothing without its telephone."""

    def __init__(self, rooms: DialplanObjects[PmsRoomForm]) -> None:
        self._rooms = rooms

    async def referring(
        self, _connection: AsyncConnection, kind: str, keys: Iterable[str]
    ) -> list[Reference]:
        """The rooms in which these extensions are."""
        wanted = set(keys) if kind == "extension" else set()
        return [
            Reference("pms_room", each.id, each.form.room, blocking=True)
            for each in self._rooms.entries
            if each.form.extension in wanted
        ]
