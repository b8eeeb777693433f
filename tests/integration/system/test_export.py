"""Exports on both databases: every row once, moments readable, no formula in a cell."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from sqlalchemy import insert

from engage.export import AT_ONCE, KINDS, export
from engage.storage.database import Database
from engage.storage.tables import metadata, operations

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

ROWS = 2 * AT_ONCE + 7


async def fill(database: Database) -> None:
    rows = [
        {
            "id": f"{number:05}",
            "at_ms": 1_800_000_000_000 + number,
            "actor": "=1+1",
            "address": "",
            "action": "queue.add",
            "object": f"queue:{number}",
            "result": "done",
            "detail": {"name": "Süd"},
        }
        for number in range(ROWS)
    ]

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(operations), rows)

    await database.write(work)


async def test_every_row_is_exported_once(database: Database, database_url: str) -> None:
    await fill(database)
    lines, table, told = io.StringIO(), io.StringIO(newline=""), list[int]()
    async with Database.looking(database_url) as looking:
        assert await export(looking, KINDS["operations"], lines, "jsonl", told.append) == ROWS
        await export(looking, KINDS["operations"], table, "csv")
    rows = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [row["object"] for row in rows] == [f"queue:{number}" for number in range(ROWS)]
    assert rows[0]["at"] == "2027-01-15T08:00:00.000Z"
    assert rows[0]["detail"] == {"name": "Süd"}
    assert told[-1] == ROWS
    cells = list(csv.DictReader(io.StringIO(table.getvalue(), newline="")))
    assert len(cells) == ROWS
    assert cells[0]["actor"] == "'=1+1"


def test_nothing_exported_is_a_secret() -> None:
    telling = ("secret", "password", "hash", "token", "sealed")
    shown = {(name, column) for name, kind in KINDS.items() for column in kind.columns}
    allowed = {("accounts", "demo_password")}  # only whether it is the demonstration's
    assert {each for each in shown if any(word in each[1] for word in telling)} == allowed


def test_every_exported_table_has_a_key_to_page_by() -> None:
    for kind in KINDS.values():
        assert metadata.tables[kind.table.name].primary_key.columns
