"""Up to which moment the counters of each queue have been looked after: rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from engage.storage.tables import queue_resets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


class LooksOnDisk:
    """See `engage.queues.clearing.Looks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> dict[str, int]:
        """The moments by queue."""
        async with self._database.read() as connection:
            query = select(queue_resets.c.queue, queue_resets.c.looked_ms)
            return {row.queue: row.looked_ms for row in await connection.execute(query)}

    async def keep(self, moments: Mapping[str, int]) -> None:
        """Put these in the place of all others."""
        rows = [{"queue": queue, "looked_ms": at_ms} for queue, at_ms in moments.items()]

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(queue_resets))
            if rows:
                await connection.execute(insert(queue_resets), rows)

        await self._database.write(work)
