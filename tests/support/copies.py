"""Copies of a PostgreSQL database, each used by one test after the other.

A copy is nine hundred files; to undo what a test has written costs as much as was written.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from tests.support.background import result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CATALOGS = ("pg_class", "pg_attribute", "pg_constraint", "pg_trigger", "pg_proc")
"""What a statement about the schema adds a row to, changes one of, or removes one from."""

_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SCHEMA = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {each}"  # noqa: S608 - our own names
    for each in CATALOGS
)
_WITH_ROWS = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"""
_SEQUENCES = """
    SELECT seqrelid::regclass::text AS name, pg_sequence_last_value(seqrelid) AS last
    FROM pg_sequence ORDER BY name"""


@dataclass(frozen=True)
class Content:
    """What a database holds: its schema, told by its catalogs, and the rows of its tables."""

    schema: list[Any]
    rows: Mapping[str, list[Any]]
    sequences: Mapping[str, int | None]


class Copies:
    """Of one database; `copy` makes another one of it and returns its address."""

    def __init__(self, url: str, copy: Callable[[str], str]) -> None:
        self._url, self._copy = url, copy
        self._content = result_of(_content(url))
        self._returned: list[str] = []

    def make(self) -> str:
        """A new one, for who changes its schema or uses it to the end."""
        return self._copy(self._url)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """One that is as new, and that another test gets afterwards."""
        url = self._returned.pop() if self._returned else self.make()
        yield url
        if result_of(_restored(url, self._content)):
            self._returned.append(url)


async def _content(url: str) -> Content:
    connection = await asyncpg.connect(url)
    try:
        tables = [each[0] for each in await connection.fetch(_WITH_ROWS)]
        rows = {each: await _rows(connection, each) for each in tables}
        sequences = {each["name"]: each["last"] for each in await connection.fetch(_SEQUENCES)}
        return Content(await connection.fetch(_SCHEMA), rows, sequences)
    finally:
        await connection.close()


async def _restored(url: str, original: Content) -> bool:
    """Make a copy what it was; whoever is still connected is not any more.

    Returns:
        False if its schema was changed, or somebody connected meanwhile: it is of no more use.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_END_OTHERS)
        if await connection.fetch(_SCHEMA) != original.schema:
            return False
        tables = {each[0] for each in await connection.fetch(_WITH_ROWS)} | set(original.rows)
        changed = [
            each
            for each in tables
            if each not in original.rows or await _rows(connection, each) != original.rows[each]
        ]
        if changed:
            deletions = ";".join(f"DELETE FROM {each}" for each in changed)  # noqa: S608 - as above
            await connection.execute("SET session_replication_role = replica")  # in any order
            await connection.execute(deletions)
            await connection.execute(f"VACUUM {', '.join(changed)}")  # to files without pages
        for table in changed:
            if table in original.rows:
                await connection.copy_records_to_table(table, records=original.rows[table])
        for name, last in await connection.fetch(_SEQUENCES):
            before = original.sequences[name]
            if last != before:
                await connection.execute(
                    "SELECT setval($1::regclass, $2, $3)", name, before or 1, before is not None
                )
        return not await connection.fetch(_END_OTHERS)
    finally:
        await connection.close()


async def _rows(connection: Any, table: str) -> list[Any]:
    return list(await connection.fetch(f"SELECT * FROM {table}"))  # noqa: S608 - our own name
