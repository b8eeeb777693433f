"""Where what betrays a person still stands, in any column of any table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import JSON, Text, cast, func, or_, select, update

from engage.storage.tables import metadata, operations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

ERASED = "[erased]"
"""What stands in the operation log in the place of a person."""
ABOUT_VISITORS = ("livechat", "mail.", "contact")
"""What actions that may name visitors begin with: elsewhere the same words are somebody else's."""


async def remains(connection: AsyncConnection, words: Iterable[str]) -> dict[str, int]:
    """How many rows of each table still hold one of these words; tables without are left out."""
    spelt = {each for word in words for each in _spellings(word)}
    found = {}
    for table in metadata.sorted_tables if spelt else ():
        if many := await _holding(connection, table, spelt):
            found[table.name] = many
    return found


async def _holding(connection: AsyncConnection, table: Table, words: Iterable[str]) -> int:
    texts = [cast(each, Text) for each in table.columns if isinstance(each.type, Text | JSON)]
    if not texts:
        return 0
    holds = or_(*(each.contains(word, autoescape=True) for each in texts for word in words))
    query = select(func.count()).select_from(table).where(holds)
    return int(await connection.scalar(query) or 0)


async def blot_out(connection: AsyncConnection, words: Iterable[str]) -> int:
    """Take a person out of what the operation log says of visitors; that it was done is kept."""
    longest_first = sorted(words, key=len, reverse=True)
    spelt = [each for word in longest_first for each in _spellings(word)]
    if not spelt:
        return 0
    detail = cast(operations.c.detail, Text)
    holds = or_(*(detail.contains(word, autoescape=True) for word in spelt))
    about = or_(*(operations.c.action.startswith(each) for each in ABOUT_VISITORS))
    query = select(operations.c.id, operations.c.detail).where(about, holds)
    rows = (await connection.execute(query)).all()
    for row in rows:
        told = json.dumps(row.detail, ensure_ascii=False)
        for word in spelt:
            told = told.replace(word, ERASED)
        await connection.execute(
            update(operations).where(operations.c.id == row.id).values(detail=json.loads(told))
        )
    return len(rows)


def _spellings(word: str) -> list[str]:
    """As people write it, and as it stands in JSON."""
    inside = (json.dumps(word, ensure_ascii=plain)[1:-1] for plain in (False, True))
    return list(dict.fromkeys((word, *inside)))
