"""What a hotel's system tells of guests, done to the telephones of their rooms."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from engage.errors import N_
from engage.pms.model import (
    AVAILABLE,
    NOT_CHECKED_IN,
    Arrival,
    BadStay,
    Condition,
    Outcome,
    RoomOccupied,
    RoomUnknown,
    RoomVacant,
    Stay,
)
from engage.pms.repository import StayRepository
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects
    from engage.identifiers import Clock
    from engage.pms.model import Guest, Usual
    from engage.pms.room_phones import RoomPhones
    from engage.pms.rooms import PmsRoomForm
    from engage.storage.database import Database
    from engage.system.actor import Actor

    Room = PmsRoomForm


class FrontDesk:
    """Every room and who stays there.

    One thing at a time: what a hotel's system says of a room is done in the order it was said. A
    request that fails in the middle can be repeated: what the room is without a guest, and how far
    he has come, is written before anything is done (`Arrival`), and his stay at last.

    Args:
        rooms: what administrators have arranged.
        phones: what a stay does to a room's telephone.
        database: keeps who stays.
        clock: milliseconds UTC.
    """

    def __init__(
        self,
        rooms: DialplanObjects[PmsRoomForm],
        phones: RoomPhones,
        database: Database,
        clock: Clock,
    ) -> None:
        self._rooms, self._phones = rooms, phones
        self._database, self._clock = database, clock
        self._stays: dict[str, Stay] = {}
        self._arrivals: dict[str, Arrival] = {}
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Read who stays here."""
        async with self._database.read() as connection:
            rows = StayRepository(connection)
            self._stays = {each.room: each for each in await rows.stays()}
            self._arrivals = {each.room: each for each in await rows.arrivals()}

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

    async def conditions(self) -> Mapping[str, Condition]:
        """How the rooms are, of which something was said."""
        async with self._database.read() as connection:
            return await StayRepository(connection).conditions()

    def usual(self, actor: Actor, room: Room) -> Usual:
        """What a room's extension is now."""
        return self._phones.usual(actor, room.extension)

    def users(self, entry: DialplanObject[PmsRoomForm]) -> list[dict[str, str]]:
        """The guest because of whom a room cannot be deleted."""
        room = entry.form.room
        if not self.is_taken(room):
            return []
        stay = self.stay(room)
        return [{"kind": "pms_stay", "name": (stay.guest.name if stay else "") or room}]

    def is_taken(self, room: str) -> bool:
        """Whether somebody stays in a room, or is on his way there."""
        return room in self._stays or room in self._arrivals

    async def check_in(self, actor: Actor, room: Room, guest: Guest) -> None:
        """A guest comes: the extension bears his name, and nothing of who was there before.

        Raises:
            Forbidden: without the rights to rooms, extensions and wake-up calls; so of all below.
            BadStay: he would leave before he comes.
            RoomOccupied: somebody stays there.
        """
        _check(actor)
        _check_dates(guest)
        async with self._turn:
            arrival = await self._begin(actor, room)
            await self._phones.clear(actor, room.extension)
            await self._phones.name(actor, room.extension, guest, arrival.usual)
            stay = Stay(room.room, room.extension, guest, arrival.usual, self._clock())
            conditions = {room.room: self._now(AVAILABLE)}
            await self._keep(actor, Outcome("check_in", room.room, stay, conditions, settled=True))

    async def check_out(self, actor: Actor, room: Room) -> None:
        """The guest goes: everything of his is gone from the extension.

        He may have been on his way into another room, or into this one.

        Raises:
            RoomVacant: nobody stays there.
        """
        _check(actor)
        async with self._turn:
            half = self._arrivals.get(room.room)
            there = half if half is not None and not half.leaves else self._present(room)
            await self._take_back(actor, there)
            await self._phones.clear(actor, there.extension)
            await self._phones.restore(actor, there.extension, there.usual)
            conditions = {room.room: self._now(NOT_CHECKED_IN)}
            await self._keep(actor, Outcome("check_out", room.room, None, conditions, settled=True))

    async def update(self, actor: Actor, room: Room, given: dict[str, str]) -> None:
        """Something of a guest is different now; what is not given stays.

        Raises:
            RoomVacant: nobody stays there.
            BadStay: he would leave before he comes.
        """
        _check(actor)
        async with self._turn:
            stay = self._present(room)
            guest = replace(stay.guest, **given)
            _check_dates(guest)
            await self._phones.name(actor, stay.extension, guest, stay.usual)
            await self._keep(actor, Outcome("update", room.room, replace(stay, guest=guest)))

    async def move(self, actor: Actor, room: Room, to: Room) -> None:
        """The guest goes to another room, with his messages and his wake-up calls.

        Raises:
            RoomVacant: nobody stays here.
            RoomOccupied: somebody stays there.
        """
        _check(actor)
        async with self._turn:
            stay = self._present(room)
            arrival = await self._begin(actor, to, leaves=room.room)
            await self._take_back(actor, stay, but=to.room)
            if not arrival.cleared:  # else his own messages are there by now
                await self._phones.clear(actor, to.extension)
                await self._write_arrival(replace(arrival, cleared=True))
            await self._phones.hand_over(actor, stay.extension, to.extension)
            await self._phones.name(actor, to.extension, stay.guest, arrival.usual)
            await self._phones.restore(actor, stay.extension, stay.usual)
            there = Stay(to.room, to.extension, stay.guest, arrival.usual, stay.since_ms)
            conditions = {to.room: self._now(AVAILABLE), room.room: self._now(NOT_CHECKED_IN)}
            outcome = Outcome("move", to.room, there, conditions, leaves=room.room, settled=True)
            await self._keep(actor, outcome)

    async def set_status(self, actor: Actor, room: Room, status: int, maid: str = "") -> None:
        """A room is cleaned, dirty, closed …."""
        actor.check(Module.PMS)
        async with self._turn:
            conditions = {room.room: self._now(status, maid)}
            await self._keep(actor, Outcome("status", room.room, self.stay(room.room), conditions))

    async def wake(self, actor: Actor, room: Room, time: str, date: str) -> None:
        """Wake a guest at a time (`07:30`) on a day, or with no date every day."""
        _check(actor)
        async with self._turn:
            await self._phones.wake(actor, room.extension, time, date)

    async def let_sleep(self, actor: Actor, room: Room, time: str, date: str) -> int:
        """Take back wake-up calls: of that time and day, or with neither all; how many."""
        _check(actor)
        async with self._turn:
            return await self._phones.let_sleep(actor, room.extension, time, date)

    async def forward(self, actor: Actor, room: Room, target: str) -> None:
        """Send every call of a room on; to nobody with ""."""
        _check(actor)
        async with self._turn:
            await self._phones.forward(actor, room.extension, target)

    async def disturb(self, actor: Actor, room: Room, *, may: bool) -> None:
        """Let calls ring in a room, or not."""
        _check(actor)
        async with self._turn:
            await self._phones.disturb(actor, room.extension, may=may)

    def _present(self, room: Room) -> Stay:
        stay = self.stay(room.room)
        if stay is None:
            raise RoomVacant
        return stay

    async def _begin(self, actor: Actor, room: Room, *, leaves: str = "") -> Arrival:
        """Write down what a room is without a guest; a repetition finds it, and how far it came.

        Raises:
            RoomOccupied: somebody stays there, or moves there.
        """
        begun = self._arrivals.get(room.room)
        if self.stay(room.room) is not None or (begun and begun.leaves not in ("", leaves)):
            raise RoomOccupied
        if begun is not None and begun.leaves == leaves:
            return begun
        usual = begun.usual if begun else self._phones.usual(actor, room.extension)
        return await self._write_arrival(Arrival(room.room, room.extension, usual, leaves))

    async def _take_back(self, actor: Actor, from_: Stay | Arrival, but: str = "") -> None:
        """A guest does not go where a move that failed was to bring him."""
        for each in list(self._arrivals.values()):
            if each.leaves != from_.room or each.room == but:
                continue
            if each.cleared:
                await self._phones.hand_over(actor, each.extension, from_.extension)
            await self._phones.restore(actor, each.extension, each.usual)
            await self._database.write(partial(_drop_arrival, room=each.room))
            del self._arrivals[each.room]

    async def _write_arrival(self, arrival: Arrival) -> Arrival:
        async def work(connection: AsyncConnection) -> None:
            await StayRepository(connection).put_arrival(arrival)

        await self._database.write(work)
        self._arrivals[arrival.room] = arrival
        return arrival

    def _now(self, status: int, maid: str = "") -> Condition:
        return Condition(status, maid, self._clock())

    async def _keep(self, actor: Actor, outcome: Outcome) -> None:
        """Write how it stands now, and then know it."""

        async def work(connection: AsyncConnection) -> None:
            await StayRepository(connection).settle(outcome)
            detail: dict[str, Any] = {"to": outcome.room} if outcome.leaves else {}
            subject = f"pms_room:{outcome.leaves or outcome.room}"
            await note(connection, actor, f"pms_room.{outcome.action}", subject, detail)

        await self._database.write(work)
        for each in outcome.gone:
            self._stays.pop(each, None)
        if outcome.settled:
            self._arrivals.pop(outcome.room, None)
        if outcome.stay is not None:
            self._stays[outcome.room] = outcome.stay


def _check(actor: Actor) -> None:
    """At the head of all: what is half done is not refused in the middle."""
    for each in Module.PMS, Module.EXTENSIONS, Module.WAKE_UPS:
        actor.check(each)


def _check_dates(guest: Guest) -> None:
    if guest.date_in and guest.date_out and guest.date_out < guest.date_in:
        raise BadStay("dateout", N_("The guest would leave before he comes."))


async def _drop_arrival(connection: AsyncConnection, *, room: str) -> None:
    await StayRepository(connection).drop_arrival(room)
