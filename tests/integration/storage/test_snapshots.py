"""What is looked at in several queries stands as at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from engage.storage.tables import facts

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


async def test_a_snapshot_shows_nothing_that_was_written_meanwhile(database: Database) -> None:
    count = select(func.count()).select_from(facts)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(facts).values(name="meanwhile", value="1"))

    async with database.snapshot() as connection:
        before = (await connection.execute(count)).scalar_one()
        await database.write(work)
        assert (await connection.execute(count)).scalar_one() == before
    async with database.read() as connection:  # of the same pool
        assert (await connection.execute(count)).scalar_one() == before + 1
