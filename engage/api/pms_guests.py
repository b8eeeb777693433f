"""Commands of hotels' systems about guests and rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engage.api.listing import listed
from engage.api.pms_requests import choice, day_of, time_of
from engage.api.pms_rows import given_of, room_row
from engage.api.status import missing, unknown
from engage.pms.model import AVAILABLE, CLOSED, Condition, Guest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from engage.api.actions import Caller
    from engage.api.pms_requests import Command, Fields
    from engage.pms.front_desk import FrontDesk
    from engage.pms.rooms import PmsRoomForm


class GuestCommands:
    """Check-in to check-out, and what the telephone of a room does in between."""

    def __init__(self, desk: FrontDesk, zone: Callable[[], tzinfo]) -> None:
        self._desk, self._zone = desk, zone

    @property
    def commands(self) -> dict[str, Command]:
        """By their names in lower case."""
        return {
            "checkin": self._check_in,
            "checkout": self._check_out,
            "update": self._update,
            "mov": self._move,
            "wakeup": self._wake,
            "cfu": self._forward,
            "dnd": self._disturb,
            "listpmsroom": self._list_rooms,
        }

    async def _check_in(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        guest = Guest(**given_of(fields))
        await self._desk.check_in(caller.actor, self._room(caller, fields), guest)
        return {}

    async def _check_out(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        await self._desk.check_out(caller.actor, self._room(caller, fields))
        return {}

    async def _update(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        room = self._room(caller, fields)
        status = _status(fields)
        given = given_of(fields)
        if given or status is None:
            await self._desk.update(caller.actor, room, given)
        if status is not None:
            await self._desk.set_status(caller.actor, room, status, fields.get("maid", ""))
        return {}

    async def _move(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        room = self._room(caller, fields)
        to = self._desk.room(caller.actor, fields.get("d_room", ""), fields.get("d_address", ""))
        await self._desk.move(caller.actor, room, to)
        return {}

    async def _wake(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        room, actor = self._room(caller, fields), caller.actor
        time, day = time_of(fields, "w_time"), day_of(fields, "w_date")
        daily = choice(fields, "w_mode", ("1", "2"), "1") == "2"
        day = "" if daily else day
        if choice(fields, "w_action", ("0", "1"), "1") == "0":
            if not await self._desk.let_sleep(actor, room, time, day):
                raise unknown("wakeup", fields.get("w_time") or room.room)
            return {}
        if not time:
            raise missing("w_time")
        if not daily and not day:
            raise missing("w_date")
        await self._desk.wake(actor, room, time, day)
        return {}

    async def _forward(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        room = self._room(caller, fields)
        await self._desk.forward(caller.actor, room, fields.get("cfwt", ""))
        return {}

    async def _disturb(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        room = self._room(caller, fields)
        status = choice(fields, "status", ("0", "1"))
        await self._desk.disturb(caller.actor, room, may=status == "0")
        return {}

    async def _list_rooms(self, caller: Caller, fields: Fields) -> Mapping[str, Any]:
        rooms = self._desk.rooms(caller.actor)
        if wanted := fields.get("room"):
            rooms = [each for each in rooms if each.room == wanted]
        conditions = await self._desk.conditions()
        rows = [self._row(caller, each, conditions.get(each.room, Condition())) for each in rooms]
        return listed("pms_room", rows, fields)

    def _row(self, caller: Caller, room: PmsRoomForm, condition: Condition) -> dict[str, Any]:
        now = self._desk.usual(caller.actor, room)
        return room_row(room, self._desk.stay(room.room), condition, now, self._zone())

    def _room(self, caller: Caller, fields: Fields) -> PmsRoomForm:
        number, address = fields.get("room", ""), fields.get("address", "")
        if not number and not address:
            raise missing("room")
        return self._desk.room(caller.actor, number, address)


def _status(fields: Fields) -> int | None:
    """A room's status; "not checked in" comes of checking out alone."""
    if not fields.get("status"):
        return None
    return int(choice(fields, "status", tuple(map(str, range(AVAILABLE, CLOSED + 1)))))
