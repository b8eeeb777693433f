"""The history of calls: what administrators and each extension's user may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.calls.queries import COLUMN_OF, HistoryRepository, Wanted, of_extension
from engage.errors import NotFound
from engage.system.actor import Module
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.calls.model import CallRecord, LegRecord, Recording
    from engage.storage.database import Database
    from engage.storage.sorted_rows import Order
    from engage.system.actor import Actor

BATCH = 500


class CallHistory:
    """Records of calls, read and removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, actor: Actor, wanted: Wanted, order: Order, limit: int
    ) -> tuple[list[CallRecord], int]:
        """Calls that fit, and how many there are of them.

        Raises:
            Forbidden: without the right to see the history.
        """
        actor.check(Module.CALL_HISTORY, "view")
        async with self._database.read() as connection:
            rows = HistoryRepository(connection)
            return await rows.page(wanted, order, limit), await rows.count(wanted)

    async def own_page(
        self, extension: str, wanted: Wanted, order: Order, limit: int
    ) -> list[tuple[CallRecord, list[LegRecord]]]:
        """An extension's own calls, each with its legs."""
        async with self._database.read() as connection:
            rows = HistoryRepository(connection)
            found = await rows.page(of_extension(wanted, extension), order, limit)
            legs = await rows.legs([each.id for each in found])
        return [(each, legs[each.id]) for each in found]

    async def get(
        self, actor: Actor, call_id: str
    ) -> tuple[CallRecord, list[LegRecord], list[Recording]]:
        """One call with its legs and recordings.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.CALL_HISTORY, "view")
        async with self._database.read() as connection:
            rows = HistoryRepository(connection)
            found = await rows.get(call_id)
            if found is None:
                raise NotFound
            legs, sound = await rows.legs([call_id]), await rows.recordings([call_id])
        return found, legs[call_id], sound[call_id]

    async def detailed(
        self, actor: Actor, wanted: Wanted, order: Order, limit: int, offset: int = 0
    ) -> list[tuple[CallRecord, list[LegRecord], list[Recording]]]:
        """Calls that fit, each with its legs and recordings."""
        actor.check(Module.CALL_HISTORY, "view")
        async with self._database.read() as connection:
            rows = HistoryRepository(connection)
            found = await rows.page(wanted, order, limit, offset)
            ids = [each.id for each in found]
            legs, sound = await rows.legs(ids), await rows.recordings(ids)
        return [(each, legs[each.id], sound[each.id]) for each in found]

    async def every(
        self, actor: Actor, wanted: Wanted, order: Order
    ) -> AsyncIterator[list[tuple[CallRecord, list[LegRecord], list[Recording]]]]:
        """All calls that fit, however many, in portions."""
        while True:
            some = await self.detailed(actor, wanted, order, BATCH)
            if some:
                yield some
            if len(some) < BATCH:
                return
            order = order.following(some[-1][0], COLUMN_OF)

    async def delete(self, actor: Actor, call_ids: Sequence[str]) -> int:
        """Remove records of calls; their recordings stay.

        Raises:
            NotFound: there is none of these.
        """
        actor.check(Module.CALL_HISTORY)

        async def work(connection: AsyncConnection) -> int:
            dropped = await HistoryRepository(connection).drop(call_ids)
            if not dropped:
                raise NotFound
            subject = f"call:{call_ids[0]}" if len(call_ids) == 1 else "call:"
            await note(connection, actor, "call.delete", subject, {"count": dropped})
            return dropped

        return await self._database.write(work)
