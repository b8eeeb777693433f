"""Faxes go once they have been kept for as long as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from engage.faxes.retention import FaxRetention
from engage.faxes.settings import FaxSettings
from engage.storage.tables import received_faxes

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
    texts = ("box", "call", "caller", "caller_name", "sender", "problem", "detail", "mailed")
    usual = {**dict.fromkeys(texts, ""), "seconds": 1.0, "pages": 1, "bit_rate": 14400}
    ages = {"old": 31, "new": 29, "odd": 31}

    async def work(connection: AsyncConnection) -> None:
        for name, path in files.items():
            at_ms = (100 - ages[name]) * DAY_MS
            row = {**usual, "id": name, "file": str(path), "received_at_ms": at_ms}
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
