"""The database: a few readers and the one writer, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, delete, insert, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from engage.errors import Unavailable
from engage.storage.driver import Driver, PostgresqlDriver, SqliteDriver
from engage.storage.migrate import SchemaTooNew, migrate, refuse_other_schemas
from engage.storage.outage import is_outage
from engage.storage.settling import begin_merge, checkpoint, go_on_merging
from engage.storage.sqlite import SqliteConnection, connect_sqlite
from engage.storage.tables import facts
from engage.storage.writer import WAITING_LIMIT, Batch, Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from engage.storage.script import Dialect, Script

__all__ = ["Database", "SchemaTooNew"]

T = TypeVar("T")
Item = TypeVar("Item")

READERS = 4
CONNECT_S = 5
COMMAND_S = 15
"""A statement that takes longer is given up, and its connection with it (seconds)."""
SNAPSHOT: dict[Dialect, str] = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ",
}


class Database:
    """Rows on disk. `read` for looking, `write` for changing; what `write` returned is on disk."""

    def __init__(self, url: URL, *, waiting_limit: int = WAITING_LIMIT) -> None:
        self.url = url.render_as_string(hide_password=False)
        self.dialect: Dialect = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        self._path = Path(url.database or "")
        if self.dialect == "sqlite":
            self._readers = create_async_engine(
                "sqlite+aiosqlite://",
                async_creator=self._sqlite_reader,
                poolclass=AsyncAdaptedQueuePool,  # a URL without a file would get a static one
                pool_size=READERS,
                max_overflow=0,
            )
            self._writing = create_async_engine(
                "sqlite+aiosqlite://", async_creator=self._sqlite_writer, poolclass=NullPool
            )
        else:
            url = url.set(drivername="postgresql+asyncpg")
            self._readers = _postgresql(url, {"default_transaction_read_only": "on"})
            self._writing = _postgresql(url, {"lock_timeout": "5s"}, poolclass=NullPool)
        self._writer = Writer(self._connect, lost=self._tell_lost, waiting_limit=waiting_limit)
        self._losses: list[Callable[[], None]] = []

    @classmethod
    async def open(
        cls, url: str, *, copies: Path | None = None, waiting_limit: int = WAITING_LIMIT
    ) -> Database:
        """Connect and migrate; a copy of an SQLite file is kept in `copies` before that.

        Args:
            url: `sqlite:///path` or `postgresql://…`, as SQLAlchemy writes them.
            copies: folder for copies; beside the file if not given.
            waiting_limit: how much may wait for the writer.

        Raises:
            SchemaTooNew: a newer release has written this database.
            Unavailable: it cannot be reached.
        """
        await migrate(url, copies)
        database = cls(make_url(url), waiting_limit=waiting_limit)
        try:
            await database._writer.start()
        except BaseException:
            await database._dispose()
            raise
        return database

    @classmethod
    @asynccontextmanager
    async def looking(cls, url: str) -> AsyncIterator[Database]:
        """A database that is only looked at, beside whoever writes to it: nothing is migrated.

        Raises:
            SchemaTooNew: a newer release has written this database.
            SchemaTooOld: it must be migrated first, or there is none.
            Unavailable: it cannot be reached.
        """
        database = cls(make_url(url))
        try:
            async with database.read() as connection:
                await connection.run_sync(refuse_other_schemas)
            yield database
        finally:
            await database._dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for looking; it refuses to change anything.

        Raises:
            Unavailable: the database is gone.
        """
        try:
            async with self._readers.connect() as connection:
                yield connection
        except Exception as error:
            if is_outage(error):
                await self._readers.dispose()
                raise Unavailable from error
            raise

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """As `read`; all that is looked at stands as at one moment, whoever writes meanwhile.

        Raises:
            Unavailable: the database is gone.
        """
        async with self.read() as connection:
            await connection.exec_driver_sql(SNAPSHOT[self.dialect])
            try:
                yield connection
            finally:
                await connection.exec_driver_sql("ROLLBACK")

    async def write(
        self,
        work: Callable[[AsyncConnection], Awaitable[T]],
        *,
        committed: Callable[[T], Any] | None = None,
    ) -> T:
        """Run `work` in the writer's next batch, in a savepoint of its own.

        It neither commits nor rolls back, is quick (nothing else is written meanwhile), and may
        run again when another's transaction stands in its way. `committed` is called after the
        commit, in the order of the commits, even if the caller is gone by then.

        Raises:
            Unavailable: database gone, disk full or too much waiting; nothing is acknowledged.
            Exception: whatever `work` raised; its changes are undone, those of others stay.
        """
        return await self._writer.call(work, committed)

    def submit(self, batch: Batch[Item, T], item: Item) -> asyncio.Future[T]:
        """Write an item together with its like; the future is done when it is on disk.

        Raises:
            Unavailable: too much is waiting.
        """
        return self._writer.submit(batch, item)

    async def run(self, script: Script[T]) -> T:
        """Within `write`: run prepared statements on the connection that the work was given.

        Raises:
            Unavailable: there is no connection.
        """
        return await self._writer.run(script)

    def on_lost(self, forget: Callable[[], None]) -> None:
        """Call `forget` when a transaction failed that may have been committed all the same.

        It is called before those who wait are told, and before anything else is written.
        """
        self._losses.append(forget)

    async def check(self) -> None:
        """Prove with a real write that the database takes data.

        Raises:
            Unavailable: it does not.
        """

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(facts).where(facts.c.name == "checked"))
            await connection.execute(insert(facts).values(name="checked", value="yes"))

        await self.write(work)

    async def settle(self) -> None:
        """Leave nothing of what was deleted in SQLite's search index and write-ahead log.

        PostgreSQL does so by itself, when it vacuums and its log is over age.
        """
        if self.dialect == "sqlite":
            more = await self.write(begin_merge)
            while more:
                more = await self.write(go_on_merging)
            await asyncio.to_thread(checkpoint, self._path)

    async def close(self) -> None:
        """Finish what waits, then disconnect."""
        await self._writer.stop()
        await self._dispose()

    async def _dispose(self) -> None:
        await self._readers.dispose()
        await self._writing.dispose()

    def _tell_lost(self) -> None:
        for forget in self._losses:
            forget()

    async def _connect(self) -> Driver:
        await self._readers.dispose()  # theirs may be of a file that was replaced
        connection = await self._writing.connect()
        raw = (await connection.get_raw_connection()).driver_connection
        if isinstance(raw, SqliteConnection):
            return SqliteDriver(connection, raw, self._path)
        return PostgresqlDriver(connection, raw)

    async def _sqlite_writer(self, *_: Any, **__: Any) -> SqliteConnection:
        return await SqliteConnection(lambda: connect_sqlite(self._path, mode="rw")).opened()

    async def _sqlite_reader(self, *_: Any, **__: Any) -> SqliteConnection:
        return await SqliteConnection(
            lambda: connect_sqlite(self._path, mode="rw", readonly=True)
        ).opened()


def _postgresql(url: URL, settings: dict[str, str], **options: Any) -> AsyncEngine:
    if "poolclass" not in options:
        options |= {"pool_size": READERS, "max_overflow": 0}
    return create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",  # the writer begins and ends its transactions itself
        connect_args={
            "timeout": CONNECT_S,
            "command_timeout": COMMAND_S,
            "server_settings": settings,
        },
        **options,
    )
