"""The database: a few readers and the one writer, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from engage.errors import Conflict, N_

T = TypeVar("T")


class SchemaTooNew(Conflict):
    """The database was written by a newer release."""

    code = "schema_too_new"
    text = N_("The database has schema %(schema)s, which this release does not know.")


class Database:
    """Rows on disk. `read` for looking, `write` for changing; what `write` returned is on disk."""

    url: str
    dialect: Literal["sqlite", "postgresql"]

    @classmethod
    async def open(cls, url: str, *, copies: Path | None = None) -> Database:
        """Connect and migrate; a copy of an SQLite file is kept in `copies` before that.

        Raises:
            SchemaTooNew: a newer release has written this database.
            Unavailable: it cannot be reached.
        """
        raise NotImplementedError

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for looking; it refuses to change anything."""
        raise NotImplementedError

    async def write(
        self,
        work: Callable[[AsyncConnection], Awaitable[T]],
        *,
        committed: Callable[[T], Any] | None = None,
    ) -> T:
        """Run `work` in the writer's next batch, in a savepoint of its own.

        It neither commits nor rolls back, and may run again when the batch was rolled back for
        another's sake. `committed` is called after the commit, in the order of the commits, even
        if the caller is gone by then.

        Raises:
            Unavailable: database gone, disk full or too much waiting; nothing is acknowledged.
            Exception: whatever `work` raised; its changes are undone, those of others stay.
        """
        raise NotImplementedError

    async def check(self) -> None:
        """Prove with a real write that the database takes data.

        Raises:
            Unavailable: it does not.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Finish what waits, then disconnect."""
        raise NotImplementedError
