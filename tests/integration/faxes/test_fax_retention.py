"""Faxes go with their pages: once they have been kept long enough, or when they are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from engage.errors import NotFound
from engage.faxes.retention import FaxRetention
from engage.faxes.service import Faxes
from engage.faxes.settings import FaxSettings
from engage.storage.tables import operations, received_faxes
from engage.system.actor import SYSTEM
from tests.support.rows import filled

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

DAY_MS = 86_400_000


async def test_older_faxes_go_with_their_pages_and_no_other_file(
    database: Database, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "faxes", tmp_path / "kept.tif"
    folder.mkdir()
    files = {"old": folder / "old.tif", "new": folder / "new.tif", "odd": elsewhere}
    for each in files.values():
        each.write_bytes(b"pages")
    ages = {"old": 31, "new": 29, "odd": 31}

    async def work(connection: AsyncConnection) -> None:
        for name, path in files.items():
            at_ms = (100 - ages[name]) * DAY_MS
            row = filled(received_faxes, id=name, file=str(path), received_at_ms=at_ms)
            await connection.execute(insert(received_faxes).values(row))

    await database.write(work)
    keep = FaxSettings()
    retention = FaxRetention(database, lambda: keep, folder, lambda: 100 * DAY_MS)
    assert await retention.clean() == 0
    keep = FaxSettings(keep_days=30)
    assert await retention.clean() == 2
    async with database.read() as connection:
        left = (await connection.execute(select(received_faxes.c.id))).scalars().all()
    assert left == ["new"]
    assert {name for name, path in files.items() if path.exists()} == {"new", "odd"}


async def test_a_fax_is_there_until_its_pages_are_gone(database: Database, tmp_path: Path) -> None:
    pages = tmp_path / "pages.tif"
    pages.mkdir()  # what cannot be unlinked

    async def work(connection: AsyncConnection) -> None:
        row = filled(received_faxes, id="one", pages=1, file=str(pages), received_at_ms=1)
        await connection.execute(insert(received_faxes).values(row))

    await database.write(work)
    faxes = Faxes(database, tmp_path, installed=True)
    with pytest.raises(OSError, match=r"pages\.tif"):
        await faxes.delete(SYSTEM, "one")
    assert (await faxes.get(SYSTEM, "one")).pages == 1
    pages.rmdir()
    pages.write_bytes(b"pages")
    await faxes.delete(SYSTEM, "one")
    assert not pages.exists()
    with pytest.raises(NotFound):
        await faxes.get(SYSTEM, "one")
    async with database.read() as connection:
        query = select(operations.c.object).where(operations.c.action == "fax.delete")
        assert (await connection.execute(query)).scalars().all() == ["fax:one"]
