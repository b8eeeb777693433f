"""What a hotel's system tells of guests, done to the telephones of their rooms."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engage.pms.model import (
    AVAILABLE,
    NOT_CHECKED_IN,
    Condition,
    RoomOccupied,
    RoomUnknown,
    RoomVacant,
    Stay,
)
from engage.pms.repository import StayRepository
from engage.pms.taken import forget
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.model import RouteEntry
    from engage.dialplan.service import Routes
    from engage.identifiers import Clock
    from engage.pms.model import Guest
    from engage.pms.room_phones import RoomPhones
    from engage.pms.rooms import PmsRoomForm
    from engage.storage.database import Database
    from engage.system.actor import Actor

    Room = PmsRoomForm


class FrontDesk:
    """Every room and who stays there.

    One thing at a time: what a hotel's system says of a room is done in the order it was said. A
    request that fails in the middle can be repeated: the row of the stay is what comes last.

    Args:
        rooms: what administrators have arranged.
        phones: what a stay does to a room's telephone.
        database: keeps who stays.
        clock: milliseconds UTC.
    """

    def __init__(
        self, rooms: Routes[PmsRoomForm], phones: RoomPhones, database: Database, clock: Clock
    ) -> None:
        self._rooms, self._phones = rooms, phones
        self._database, self._clock = database, clock
        self._stays: dict[str, Stay] = {}
        self._conditions: dict[str, Condition] = {}
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Read who stays here."""
        async with self._database.read() as connection:
            rows = StayRepository(connection)
            self._stays = {each.room: each for each in await rows.stays()}
            self._conditions = await rows.conditions()

    async def stop(self) -> None:
        """Nothing runs in the background."""

    def rooms(self, actor: Actor) -> list[Room]:
        """Every room.

        Raises:
            Forbidden: without the right to see them.
        """
        return [each.form for each in self._rooms.listed(actor)]

    def room(self, actor: Actor, number: str, address: str = "") -> Room:
        """The room of a number; where it has an address, and one is given, of that address too.

        Without a number it is the room of that address, which may be its extension as well.

        Raises:
            RoomUnknown: there is none.
        """
        for each in self.rooms(actor):
            addresses = {each.address or each.room, each.extension}
            if number:
                if each.room == number and (not each.address or address in {"", *addresses}):
                    return each
            elif address in addresses:
                return each
        raise RoomUnknown

    def stay(self, room: str) -> Stay | None:
        """Who stays in a room."""
        return self._stays.get(room)

    def condition(self, room: str) -> Condition:
        """How a room is."""
        return self._conditions.get(room, Condition())

    def users(self, entry: RouteEntry[PmsRoomForm]) -> list[dict[str, str]]:
        """The guest because of whom a room cannot be deleted."""
        stay = self.stay(entry.form.room)
        return [] if stay is None else [{"kind": "pms_stay", "name": stay.guest.name or stay.room}]

    async def check_in(self, actor: Actor, room: Room, guest: Guest) -> None:
        """A guest comes: the extension bears his name, and nothing of who was there before.

        Raises:
            RoomOccupied: somebody stays there.
        """
        async with self._turn:
            if self.stay(room.room) is not None:
                raise RoomOccupied
            usual = self._phones.usual(actor, room.extension)
            await self._phones.clear(actor, room.extension)
            await self._phones.name(actor, room.extension, guest, usual)
            stay = Stay(room.room, room.extension, guest, usual, self._clock())
            await self._keep(actor, "check_in", room.room, stay, AVAILABLE)

    async def check_out(self, actor: Actor, room: Room) -> None:
        """The guest goes: everything of his is gone from the extension.

        Raises:
            RoomVacant: nobody stays there.
        """
        async with self._turn:
            stay = self._present(room)
            await self._phones.clear(actor, stay.extension)
            await self._phones.restore(actor, stay.extension, stay.usual)
            await self._keep(actor, "check_out", room.room, None, NOT_CHECKED_IN)

    async def update(self, actor: Actor, room: Room, given: dict[str, str]) -> None:
        """Something of a guest is different now; what is not given stays.

        Raises:
            RoomVacant: nobody stays there.
        """
        async with self._turn:
            stay = self._present(room)
            guest = replace(stay.guest, **given)
            await self._phones.name(actor, stay.extension, guest, stay.usual)
            await self._keep(actor, "update", room.room, replace(stay, guest=guest))

    async def move(self, actor: Actor, room: Room, to: Room) -> None:
        """The guest goes to another room, with his messages and his wake-up calls.

        Raises:
            RoomVacant: nobody stays here.
            RoomOccupied: somebody stays there.
        """
        async with self._turn:
            stay = self._present(room)
            if self.stay(to.room) is not None:
                raise RoomOccupied
            usual = self._phones.usual(actor, to.extension)
            await self._phones.clear(actor, to.extension)
            await self._phones.hand_over(actor, stay.extension, to.extension)
            await self._phones.name(actor, to.extension, stay.guest, usual)
            await self._phones.restore(actor, stay.extension, stay.usual)
            there = Stay(to.room, to.extension, stay.guest, usual, stay.since_ms)
            await self._keep(actor, "move", to.room, there, AVAILABLE, leaves=room.room)

    async def set_status(self, actor: Actor, room: Room, status: int, maid: str = "") -> None:
        """A room is cleaned, dirty, closed …."""
        async with self._turn:
            await self._keep(actor, "status", room.room, self.stay(room.room), status, maid=maid)

    def _present(self, room: Room) -> Stay:
        stay = self.stay(room.room)
        if stay is None:
            raise RoomVacant
        return stay

    async def _keep(
        self,
        actor: Actor,
        action: str,
        room: str,
        stay: Stay | None,
        status: int | None = None,
        *,
        leaves: str = "",
        maid: str = "",
    ) -> None:
        """Write how it stands now, and then know it."""
        conditions = {}
        if status is not None:
            conditions[room] = Condition(status, maid, self._clock())
        if leaves:
            conditions[leaves] = Condition(NOT_CHECKED_IN, "", self._clock())
        gone: Sequence[str] = [each for each in (leaves, "" if stay else room) if each]

        async def work(connection: AsyncConnection) -> None:
            rows = StayRepository(connection)
            for each in gone:
                await rows.drop(each)
            if action == "check_in":
                await forget(connection, room)
            if stay is not None:
                await rows.put(stay)
            for number, condition in conditions.items():
                await rows.set_condition(number, condition)
            detail: dict[str, Any] = {"to": room} if leaves else {}
            subject = f"pms_room:{leaves or room}"
            await note(connection, actor, f"pms_room.{action}", subject, detail)

        await self._database.write(work)
        for each in gone:
            self._stays.pop(each, None)
        if stay is not None:
            self._stays[room] = stay
        self._conditions |= conditions
