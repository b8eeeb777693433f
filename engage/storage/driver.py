"""The writer's connection, below and through SQLAlchemy, for each database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec

from engage.storage.outage import DatabaseGone
from engage.storage.script import Ask, Dialect, Do, Fetch, Row, Script, sizes

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.sqlite import SqliteConnection

Result = TypeVar("Result")
_rows = msgspec.json.Decoder(list[list[Any]])


class Driver(Protocol):
    """One connection of the writer, which itself begins and ends the transactions on it."""

    dialect: Dialect
    begin: str
    connection: AsyncConnection

    async def run(self, script: Script[Result]) -> Result:
        """Run a script to its end; errors of a statement are thrown into it."""

    async def do(self, *asks: Do) -> None:
        """Run plain statements one after another."""

    async def close(self) -> None:
        """Disconnect, whatever state the connection is in."""


class SqliteDriver:
    """Runs a whole script in one visit to the connection's thread."""

    dialect: Dialect = "sqlite"
    begin = "BEGIN IMMEDIATE"

    def __init__(self, connection: AsyncConnection, raw: SqliteConnection, path: Path) -> None:
        self.connection, self._raw, self._path = connection, raw, path
        self._identity = _identity(path)

    async def run(self, script: Script[Result]) -> Result:
        """Run a script to its end; errors of a statement are thrown into it."""
        return await self._raw.visit(lambda database: self._drive(database, script))

    async def do(self, *asks: Do) -> None:
        """Run plain statements one after another."""

        def perform(database: sqlite3.Connection) -> None:
            for ask in asks:
                self._perform(database, ask)

        await self._raw.visit(perform)

    async def close(self) -> None:
        """Disconnect, whatever state the connection is in."""
        await self.connection.invalidate()
        await self.connection.close()

    def _drive(self, database: sqlite3.Connection, script: Script[Result]) -> Result:
        ask = next(script)  # every script begins with an ask
        while True:
            try:
                rows = self._perform(database, ask)
            except Exception as error:
                step = _thrown(script, error)
            else:
                step = _sent(script, rows)
            if isinstance(step, _Done):
                return step.result
            ask = step

    def _perform(self, database: sqlite3.Connection, ask: Do | Ask) -> list[Row]:
        if isinstance(ask, Do):
            if ask.sql == "COMMIT" and _identity(self._path) != self._identity:
                raise DatabaseGone(self._path)
            database.execute(ask.sql)
            return []
        statement, start = ask.statement, 0
        found: list[Row] = []
        for size in sizes(len(ask.rows)):
            values = [value for row in ask.rows[start : start + size] for value in row]
            cursor = database.execute(statement.text("sqlite", size), values)
            if isinstance(statement, Fetch):
                found += _rows.decode(cursor.fetchone()[0])
            start += size
        return found


class PostgresqlDriver:
    """Runs a script's statements one after another; each given column travels as an array."""

    dialect: Dialect = "postgresql"
    begin = "BEGIN"

    def __init__(self, connection: AsyncConnection, raw: Any) -> None:
        self.connection, self._raw = connection, raw

    async def run(self, script: Script[Result]) -> Result:
        """Run a script to its end; errors of a statement are thrown into it."""
        ask = next(script)
        while True:
            try:
                rows = await self._perform(ask)
            except Exception as error:
                step = _thrown(script, error)
            else:
                step = _sent(script, rows)
            if isinstance(step, _Done):
                return step.result
            ask = step

    async def do(self, *asks: Do) -> None:
        """Run plain statements one after another."""
        for ask in asks:
            await self._perform(ask)

    async def close(self) -> None:
        """Disconnect, whatever state the connection is in."""
        self._raw.terminate()
        await self.connection.invalidate()
        await self.connection.close()

    async def _perform(self, ask: Do | Ask) -> list[Row]:
        if isinstance(ask, Do):
            await self._raw.execute(ask.sql)
            return []
        if not ask.rows:
            return []
        columns = [list(column) for column in zip(*ask.rows, strict=True)]
        found = await self._raw.fetch(ask.statement.text("postgresql", len(ask.rows)), *columns)
        return [tuple(row) for row in found]


class _Done(Generic[Result]):
    def __init__(self, result: Result) -> None:
        self.result = result


def _sent(script: Script[Result], rows: list[Row]) -> Do | Ask | _Done[Result]:
    try:
        return script.send(rows)
    except StopIteration as stop:
        return _Done(stop.value)


def _thrown(script: Script[Result], error: Exception) -> Do | Ask | _Done[Result]:
    try:
        return script.throw(error)
    except StopIteration as stop:
        return _Done(stop.value)


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)  # noqa: PTH116 - once per commit; a Path's stat costs twice as much
    return found.st_dev, found.st_ino
