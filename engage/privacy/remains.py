"""Where what betrays a person still stands, in any column of any table."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Text, cast, func, or_, select, true, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from engage.errors import Unavailable
from engage.privacy.model import slices
from engage.storage.tables import metadata, operations

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database

log = logging.getLogger(__name__)

ERASED = "[erased]"
"""What stands in the operation log in the place of a person."""
ABOUT_VISITORS = ("livechat", "mail.", "contact")
"""What actions that may name visitors begin with: elsewhere the same words are somebody else's."""
MOST_TERMS = 200
"""Comparisons in one statement: SQLite takes 1,000 (sqlite.org/limits.html, depth)."""
PORTION = 5_000
"""Rows that one statement looks through: it has to end within `database.COMMAND_S`."""
BLOTTED = 100


@dataclass(slots=True)
class Remains:
    """`named`: rows of each table that hold a word; `unread`: tables that could not be read."""

    named: dict[str, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


async def remains(database: Database, words: Iterable[str]) -> Remains:
    """How many rows of each table still hold one of these words; tables without are left out."""
    spelt = sorted({each for word in words for each in _spellings(word)})
    found = Remains()
    for table in metadata.sorted_tables if spelt else ():
        try:
            many = await _holding(database, table, spelt)
        except (SQLAlchemyError, Unavailable, TimeoutError):
            log.exception("table not looked through", extra={"table": table.name})
            found.unread.append(table.name)
            continue
        if many:
            found.named[table.name] = many
    return found


async def _holding(database: Database, table: Table, words: Sequence[str]) -> int:
    texts = [
        func.coalesce(cast(each, Text), "")
        for each in table.columns
        if isinstance(each.type, Text | JSON)
    ]
    if not texts:
        return 0
    whole: ColumnElement[str] = texts[0]
    for each in texts[1:]:
        whole = whole + "\n" + each
    many = 0
    async for within in _portions(database, table):
        held = select(*table.primary_key, whole.label("held_text")).where(within).subquery()
        text, keys = held.c.held_text, [held.c[each.name] for each in table.primary_key]
        rows: set[tuple[Any, ...]] = set()
        for some in slices(words, MOST_TERMS):
            holds = or_(*(text.contains(word, autoescape=True) for word in some))
            async with database.read() as connection:
                found = await connection.execute(select(*keys).where(holds))
                rows.update(tuple(row) for row in found)
        many += len(rows)
    return many


async def _portions(database: Database, table: Table) -> AsyncIterator[ColumnElement[bool]]:
    """Conditions that part a table, in the order of its key."""
    keys = list(table.primary_key)
    after: ColumnElement[bool] = true()
    while True:
        last = select(*keys).where(after).order_by(*keys).offset(PORTION - 1).limit(1)
        async with database.read() as connection:
            row = (await connection.execute(last)).one_or_none()
        if row is None:
            yield after
            return
        yield after & (tuple_(*keys) <= tuple_(*row))
        after = tuple_(*keys) > tuple_(*row)


async def blot_out(database: Database, words: Iterable[str]) -> int:
    """Take a person out of what the operation log says of visitors; that it was done is kept."""
    longest_first = sorted(words, key=len, reverse=True)
    spelt = [each for word in longest_first for each in _spellings(word)]
    detail = cast(operations.c.detail, Text)
    about = or_(*(operations.c.action.startswith(each) for each in ABOUT_VISITORS))
    found: dict[Any, Any] = {}
    for some in slices(spelt, MOST_TERMS):
        holds = or_(*(detail.contains(word, autoescape=True) for word in some))
        query = select(operations.c.id, operations.c.detail).where(about, holds)
        async with database.read() as connection:
            found.update((row.id, row.detail) for row in await connection.execute(query))
    for rows in slices(found.items(), BLOTTED):
        await database.write(partial(_blot, rows=rows, spelt=spelt))
    return len(found)


async def _blot(
    connection: AsyncConnection, rows: Iterable[tuple[Any, Any]], spelt: Sequence[str]
) -> None:
    for row_id, detail in rows:
        told = json.dumps(detail, ensure_ascii=False)
        for word in spelt:
            told = told.replace(word, ERASED)
        await connection.execute(
            update(operations).where(operations.c.id == row_id).values(detail=json.loads(told))
        )


def _spellings(word: str) -> list[str]:
    """As people write it, and as it stands in JSON."""
    inside = (json.dumps(word, ensure_ascii=plain)[1:-1] for plain in (False, True))
    return list(dict.fromkeys((word, *inside)))
