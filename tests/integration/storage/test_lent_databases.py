"""The databases of PostgreSQL that tests share one after the other: each finds one as new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from sqlalchemy import text

from engage.storage.database import Database
from engage.storage.migrations import HEAD
from engage.storage.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from tests.support.postgres import Postgres


async def counts(url: str) -> dict[str, int]:
    """How many rows each table has, and at which number each sequence is."""
    database = await Database.open(url)
    found: dict[str, int] = {}
    async with database.read() as connection:
        for table in metadata.tables:
            found[table] = await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608
        sequences = text("SELECT sequencename, coalesce(last_value, 0) AS last FROM pg_sequences")
        found |= {each.sequencename: each.last for each in await connection.execute(sequences)}
        [version] = await connection.execute(text("SELECT version_num FROM alembic_version"))
        assert version[0] == HEAD
    await database.close()
    return found


async def change(url: str, *statements: str) -> None:
    """Run statements in one transaction."""
    database = await Database.open(url)

    async def work(connection: AsyncConnection) -> None:
        for each in statements:
            await connection.execute(text(each))

    await database.write(work)
    await database.close()


async def test_a_database_that_was_written_to_is_lent_again_as_new(postgres: Postgres) -> None:
    with postgres.migrated.lent() as url:
        left_open = await asyncpg.connect(url)
        fresh = await counts(url)
        await change(
            url,
            "INSERT INTO fact (name, value) VALUES ('a', 'b')",
            "DELETE FROM alembic_version",
            "INSERT INTO alembic_version VALUES ('0001'), ('0002')",
        )
    with postgres.migrated.lent() as again:
        assert again == url
        assert await counts(again) == fresh
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await left_open.execute("SELECT 1")


async def test_rows_that_were_there_are_there_again(postgres: Postgres) -> None:
    with postgres.furnished.lent() as url:
        fresh = await counts(url)
        assert fresh["account"] > 0
        await change(url, "DELETE FROM account", "UPDATE fact SET value = 'other'")
        assert (await counts(url))["account"] == 0
    with postgres.furnished.lent() as again:
        assert again == url
        assert await counts(again) == fresh


async def test_a_database_with_another_schema_is_not_lent_again(postgres: Postgres) -> None:
    with postgres.migrated.lent() as url:
        await change(url, "ALTER TABLE fact DROP COLUMN value")
    with postgres.migrated.lent() as other:
        assert other != url
        await counts(other)
