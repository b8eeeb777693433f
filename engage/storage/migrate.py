"""Bringing a database to this release's schema, or refusing one that a newer release wrote."""

from __future__ import annotations

import logging
from asyncio import to_thread
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, inspect, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from engage.errors import N_, Conflict, Unavailable
from engage.identifiers import now_ms, rfc3339
from engage.storage.copies import copy_sqlite
from engage.storage.migrations import HEAD
from engage.storage.outage import is_outage
from engage.storage.sqlite import SqliteConnection, connect_sqlite

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)
_LOCK = 0x656E676167  # "engag": one node migrates at a time


class SchemaTooNew(Conflict):
    """The database was written by a newer release; nothing was changed."""

    code = "schema_too_new"
    text = N_(
        "The database has schema %(schema)s, which is newer than this release knows (%(known)s)."
        " Install the newer release again, or restore a copy made before it was installed."
    )

    def __str__(self) -> str:
        return self.text % self.params


class SchemaTooOld(Conflict):
    """The database was written by an older release, or by none."""

    code = "schema_too_old"
    text = N_("The database is not of this release yet. Start the server, or run “engage migrate”.")

    def __str__(self) -> str:
        return self.text


async def migrate(url: str, copies: Path | None = None) -> str | None:
    """Bring the database to this release's schema; one that is there already costs one query.

    Args:
        url: `sqlite:///path` or `postgresql://…`.
        copies: where a copy of an SQLite file is kept before it is changed; beside it if None.

    Returns:
        The revision it had before, None if it was empty.

    Raises:
        SchemaTooNew: it was written by a newer release.
        Unavailable: it cannot be reached.
    """
    target = make_url(url)
    try:
        if target.get_backend_name() == "sqlite":
            return await _migrate_sqlite(Path(target.database or ""), copies)
        return await _migrate_postgresql(target.set(drivername="postgresql+asyncpg"))
    except Exception as error:
        if is_outage(error):
            raise Unavailable from error
        raise


async def _migrate_sqlite(path: Path, copies: Path | None) -> str | None:
    path.parent.mkdir(parents=True, exist_ok=True)

    async def connect(*_: object, **__: object) -> SqliteConnection:
        return await SqliteConnection(lambda: connect_sqlite(path, mode="rwc")).opened()

    engine = create_async_engine("sqlite+aiosqlite://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        revision = await connection.run_sync(_revision)
        if revision == HEAD:
            return revision
        if revision is not None:
            _refuse_unknown(revision)
            await to_thread(_copy, path, copies or path.parent, revision)
        # A table is rebuilt with its references in place; they are checked at the end.
        await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        await connection.run_sync(_upgrade)
        await connection.commit()
    return revision


async def _migrate_postgresql(url: URL) -> str | None:
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": 5})
    async with engine.connect() as connection:
        revision = await connection.run_sync(_revision)
        if revision == HEAD:
            return revision
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        revision = await connection.run_sync(_revision)  # another node may have been faster
        if revision is not None:
            _refuse_unknown(revision)
        await connection.run_sync(_upgrade)
        await connection.commit()
    return revision


def refuse_other_schemas(connection: Connection) -> None:
    """Take a database of exactly this release's schema.

    Raises:
        SchemaTooNew: it was written by a newer release.
        SchemaTooOld: by an older one, or it is empty.
    """
    revision = _revision(connection)
    if revision == HEAD:
        return
    if revision is not None:
        _refuse_unknown(revision)
    raise SchemaTooOld


def _revision(connection: Connection) -> str | None:
    """Which revision the database has; asked in plain SQL, since loading Alembic takes long."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    log.info("schema migrated", extra={"schema": HEAD})


def _refuse_unknown(revision: str) -> None:
    from alembic.script import ScriptDirectory

    known = {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision not in known:
        raise SchemaTooNew(schema=revision, known=HEAD)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "engage.storage:migrations")
    return config


def _copy(path: Path, folder: Path, revision: str) -> Path:
    """Keep the database as it was, while it may be in use."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = rfc3339(now_ms()).replace(":", "").replace("-", "").replace(".", "")
    copy = folder / f"{path.stem}-{revision}-{moment}{path.suffix}"
    copy_sqlite(path, copy)
    log.info("database copied before the migration", extra={"copy": str(copy)})
    return copy
