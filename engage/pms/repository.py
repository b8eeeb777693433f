"""Rows of stays and of rooms' conditions."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from engage.pms.model import Arrival, Condition, Guest, Stay, Usual
from engage.pms.taken import forget, take_along
from engage.storage.tables import pms_arrivals, pms_conditions, pms_stays

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.pms.model import Outcome
    from engage.pms.rooms import PmsRoomForm


class StayRepository:
    """Rows in, values out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def stays(self) -> list[Stay]:
        """Everybody who stays here."""
        rows = await self._connection.execute(select(pms_stays).order_by(pms_stays.c.room))
        return [
            Stay(each.room, each.extension, Guest(**each.guest), Usual(**each.usual), each.since_ms)
            for each in rows
        ]

    async def conditions(self) -> dict[str, Condition]:
        """How the rooms are, of which something was said."""
        rows = await self._connection.execute(select(pms_conditions))
        return {each.room: Condition(each.status, each.maid, each.changed_at_ms) for each in rows}

    async def settle(self, outcome: Outcome) -> None:
        """Keep how a room stands now."""
        for each in outcome.gone:
            await self.drop(each)
        if outcome.settled:
            await self.drop_arrival(outcome.room)
        if outcome.has_come:
            await forget(self._connection, outcome.room)
        if outcome.leaves:
            await take_along(self._connection, outcome.leaves, outcome.room)
        if outcome.stay is not None:
            await self.put(outcome.stay)
        for room, condition in outcome.conditions.items():
            await self.set_condition(room, condition)

    async def put(self, stay: Stay) -> None:
        """Keep a stay as it is now."""
        await self.drop(stay.room)
        await self._connection.execute(insert(pms_stays).values(**asdict(stay)))

    async def drop(self, room: str) -> None:
        """A stay is over."""
        await self._connection.execute(delete(pms_stays).where(pms_stays.c.room == room))

    async def arrivals(self) -> list[Arrival]:
        """Everybody who is on his way into a room."""
        table = pms_arrivals.c
        rows = await self._connection.execute(select(pms_arrivals).order_by(table.room))
        return [
            Arrival(each.room, each.extension, Usual(**each.usual), each.leaves, each.cleared)
            for each in rows
        ]

    async def put_arrival(self, arrival: Arrival) -> None:
        """Keep how far a guest has come."""
        await self.drop_arrival(arrival.room)
        await self._connection.execute(insert(pms_arrivals).values(**asdict(arrival)))

    async def drop_arrival(self, room: str) -> None:
        """He is there, or comes no more."""
        await self._connection.execute(delete(pms_arrivals).where(pms_arrivals.c.room == room))

    async def set_condition(self, room: str, condition: Condition) -> None:
        """Keep how a room is now."""
        await self.drop_condition(room)
        values = asdict(condition)
        await self._connection.execute(insert(pms_conditions).values(room=room, **values))

    async def drop_condition(self, room: str) -> None:
        """Nobody says anything of a room any more."""
        table = pms_conditions
        await self._connection.execute(delete(table).where(table.c.room == room))


async def forget_room(connection: AsyncConnection, room: PmsRoomForm) -> None:
    """Keep nothing of a room that is no more: another may get its number."""
    await forget(connection, room.room)
    await StayRepository(connection).drop_condition(room.room)
