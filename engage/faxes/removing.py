"""Faxes that are removed for good, with their pages."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from engage.storage.tables import received_faxes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

AT_ONCE: Final = 500


async def remove(
    database: Database,
    folder: Path,
    which: ColumnElement[bool],
    tell: Callable[[AsyncConnection, int], Awaitable[None]] | None = None,
) -> int:
    """Remove faxes in portions, pages first: what a crash leaves undone is found again; how many.

    Args:
        database: the rows.
        folder: where the pages are; files elsewhere are let be.
        which: of `received_faxes`.
        tell: writes down that so many went, with them.
    """
    removed = 0
    rows = received_faxes.c
    query = select(rows.id, rows.file).where(which).limit(AT_ONCE)
    while True:
        async with database.read() as connection:
            found = (await connection.execute(query)).all()
        if not found:
            return removed
        await asyncio.to_thread(_unlink, folder, [each.file for each in found])
        ids = [each.id for each in found]
        await database.write(partial(_drop, ids=ids, tell=tell))
        removed += len(ids)


async def _drop(
    connection: AsyncConnection,
    *,
    ids: Sequence[str],
    tell: Callable[[AsyncConnection, int], Awaitable[None]] | None,
) -> None:
    await connection.execute(delete(received_faxes).where(received_faxes.c.id.in_(ids)))
    if tell is not None:
        await tell(connection, len(ids))


def _unlink(folder: Path, files: Sequence[str]) -> None:
    for each in files:
        if each and Path(each).is_relative_to(folder):
            Path(each).unlink(missing_ok=True)
