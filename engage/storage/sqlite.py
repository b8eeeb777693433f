"""SQLite files as SQLAlchemy's asyncio extension uses them: a thread each, and few visits to it.

A visit to the thread costs more than most statements, and up to 5 ms while the event loop is busy:
until then Python does not take its interpreter lock away. aiosqlite's cursor pays four visits for
a selection: opened, executed, read, closed. Here it is one.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, TypeVar

import aiosqlite

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from pathlib import Path

Result = TypeVar("Result")
BUSY_MS = 5_000


class SqliteCursor:
    """What SQLAlchemy wants of a cursor; rows are read to the end when a statement is executed."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> SqliteCursor:
        """Itself: there is nothing to open."""
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> SqliteCursor:
        """Run a statement and read its rows.

        Raises:
            sqlite3.Error: what the database says to it.
        """
        await self._connection.visit(
            lambda database: self._take(database.execute(statement, values))
        )
        return self

    async def executemany(self, statement: str, values: Iterable[Sequence[Any]]) -> SqliteCursor:
        """Run a statement for each of these values.

        Raises:
            sqlite3.Error: what the database says to one of them.
        """
        await self._connection.visit(
            lambda database: self._take(database.executemany(statement, values))
        )
        return self

    async def fetchall(self) -> list[Any]:
        """The rows, which are handed out once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """There is nothing to close: the statement ended when its rows were read."""

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()


class SqliteConnection(aiosqlite.Connection):
    """An aiosqlite connection that can be visited: one hop for any number of statements."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # never keeps the process from ending
        self._stopped: asyncio.Future[Any] | None = None

    async def visit(self, function: Callable[[sqlite3.Connection], Result]) -> Result:
        """Call `function` in the connection's thread."""
        # The base class has no public way to do more than one thing in a hop.
        execute: Callable[..., Awaitable[Result]] = self._execute
        return await execute(function, self._conn)

    def cursor(self) -> SqliteCursor:  # type: ignore[override]  # SQLAlchemy alone asks for it
        """A cursor that visits the thread once for each statement."""
        return SqliteCursor(self)

    async def commit(self) -> None:
        """End the transaction, if one is open."""
        if self._conn.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Undo the transaction, if one is open."""
        if self._conn.in_transaction:
            await super().rollback()

    async def opened(self) -> SqliteConnection:
        """Itself, once the file is open.

        Raises:
            sqlite3.Error: it cannot be opened; the thread has nothing more to tell then.
        """
        try:
            _ = await self
        except sqlite3.Error:
            if self._stopped is not None:
                await self._stopped  # else it might tell a loop that is closed by then
            raise
        return self

    def stop(self) -> asyncio.Future[Any] | None:
        """Ask the thread to end; done once it has nothing more to tell."""
        self._stopped = super().stop()
        return self._stopped


def connect_sqlite(path: Path, *, mode: str, readonly: bool = False) -> sqlite3.Connection:
    """Open the file; `mode` is SQLite's `rwc` or `rw`: a file that vanished is not made anew."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,  # transactions are ours
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    if readonly:
        connection.execute("PRAGMA query_only=ON")
    else:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        # Undo of many-row statements: in a temporary file it triples their cost.
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA cache_size=-16384")
        connection.execute("PRAGMA journal_size_limit=67108864")
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is not to be read in gaps
    return connection
