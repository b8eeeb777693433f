"""What SQLite keeps of deleted rows besides their pages: brought to nothing when it matters."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from engage.storage.sqlite import connect_sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

PAGES: Final = 500
"""So many pages of the search index are merged in one transaction: others write in between."""
TRIES: Final = 20
"""So often is it tried to come to the end of the log beside those who read."""


async def begin_merge(connection: AsyncConnection) -> bool:
    """Have the whole index merged, so that deleted entries leave it; whether there is more."""
    return await _merge(connection, -PAGES)


async def go_on_merging(connection: AsyncConnection) -> bool:
    """Merge the next portion; whether there is more."""
    return await _merge(connection, PAGES)


async def _merge(connection: AsyncConnection, pages: int) -> bool:
    """See "The 'merge' Command" of SQLite's FTS5: idle, it changes one row at most."""
    changes = text("SELECT total_changes()")
    before = int(await connection.scalar(changes) or 0)
    merge = text("INSERT INTO message_fts(message_fts, rank) VALUES ('merge', :pages)")
    await connection.execute(merge, {"pages": pages})
    return int(await connection.scalar(changes) or 0) - before >= 2


def checkpoint(path: Path) -> bool:
    """Bring the write-ahead log into the database and cut it to nothing; whether that succeeded."""
    with closing(connect_sqlite(path, mode="rw")) as connection:
        for _ in range(TRIES):
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return True
    return False
