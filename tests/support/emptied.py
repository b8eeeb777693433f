"""A PostgreSQL database that a test has left, made as its migration left it.

A copy of the migrated one is nine hundred files; to empty one costs as much as was written to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_RESET_SEQUENCES = """
    SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
    WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"""


@dataclass(frozen=True)
class Original:
    """What a migrated database holds: its schema, told by its catalogs, and its tables' rows."""

    schema: list[Any]
    rows: Mapping[str, list[Any]]


async def original(dsn: str) -> Original:
    """What is there right after the migration."""
    connection = await asyncpg.connect(dsn)
    try:
        tables = [each[0] for each in await connection.fetch(_WITH_ROWS)]
        rows = {each: await _rows(connection, each) for each in tables}
        return Original(await connection.fetch(_SCHEMA), rows)
    finally:
        await connection.close()


async def empty(dsn: str, original: Original) -> bool:
    """Bring a copy of the original back to what it was; whoever is still connected is not.

    Returns:
        False if its schema was changed, or somebody connected meanwhile: it is of no more use.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_END_OTHERS)
        if await connection.fetch(_SCHEMA) != original.schema:
            return False
        tables = [each[0] for each in await connection.fetch(_WITH_ROWS)]
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
        await connection.execute(_RESET_SEQUENCES)
        return not await connection.fetch(_END_OTHERS)
    finally:
        await connection.close()


async def _rows(connection: Any, table: str) -> list[Any]:
    return list(await connection.fetch(f"SELECT * FROM {table}"))  # noqa: S608 - our own name
