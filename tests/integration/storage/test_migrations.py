"""Migrations on both databases: exactly our tables, a copy before, newer schemas refused."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from engage.errors import Unavailable
from engage.people.model import QueueAgent
from engage.people.repository import PeopleRepository
from engage.storage.database import Database, SchemaTooNew
from engage.storage.migrate import migrate
from engage.storage.migrations import HEAD
from engage.storage.tables import metadata
from engage.system.actor import ALL_RIGHTS

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection


async def set_revision(empty_database_url: str, revision: str) -> None:
    database = await Database.open(empty_database_url)

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(
            text("UPDATE alembic_version SET version_num = :to"), {"to": revision}
        )

    await database.write(work)
    await database.close()


async def _migrated(url: str) -> None:
    await migrate(url)


def ours(_: object, name: str | None, *__: object) -> bool:
    """The index of what is searched is each database's own."""
    return not (name or "").startswith(("message_fts", "ix_message_text_trigrams"))


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "include_object": ours}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


async def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_events_are_stored_by_their_key_alone(tmp_path: Path) -> None:
    await migrate(f"sqlite:///{tmp_path / 'engage.db'}")
    with sqlite3.connect(tmp_path / "engage.db") as connection:
        [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'event'")
    connection.close()
    assert "WITHOUT ROWID" in sql


async def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    assert await migrate(empty_database_url) is None
    assert await migrate(empty_database_url) == HEAD


def test_newest_revision_is_the_one_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", "engage.storage:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_newer_schema_is_refused_with_a_clear_sentence(empty_database_url: str) -> None:
    await set_revision(empty_database_url, "9999")
    with pytest.raises(SchemaTooNew, match=rf"schema 9999, which is newer than .* \({HEAD}\)\. "):
        await Database.open(empty_database_url)


def test_opening_a_current_database_loads_no_migration_tool(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'engage.db'}"
    asyncio.run(_migrated(url))
    program = (
        "import asyncio, sys\n"
        "from engage.storage.database import Database\n"
        "async def main():\n"
        f"    database = await Database.open({url!r})\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_file_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, copies = f"sqlite:///{tmp_path / 'engage.db'}", tmp_path / "copies"
    database = await Database.open(url)
    await database.check()
    await database.close()
    monkeypatch.setattr("engage.storage.migrate.HEAD", "9998")  # as a coming release will have it

    assert await migrate(url, copies) == HEAD

    [copy] = copies.iterdir()
    assert copy.stat().st_mode & 0o077 == 0
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT value FROM fact").fetchall() == [("yes",)]
    connection.close()


async def test_a_database_of_the_first_release_keeps_its_rows(empty_database_url: str) -> None:
    """chatwoot#12088: a direct upgrade left half of the database."""
    await _upgrade_to(empty_database_url, "0001")
    await _execute(
        empty_database_url,
        "INSERT INTO operation (id, at_ms, actor, address, action, object, detail)"
        " VALUES ('1', 0, 'admin:admin', '', 'queue.add', '6500', '{}')",
    )
    await migrate(empty_database_url)
    database = await Database.open(empty_database_url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
        row = (await connection.execute(text("SELECT actor, result FROM operation"))).one()
    await database.close()
    assert tuple(row) == ("admin:admin", "done")


async def test_people_of_the_first_release_keep_their_places(empty_database_url: str) -> None:
    await _upgrade_to(empty_database_url, "0001")
    for statement in (
        "INSERT INTO account VALUES ('a', 'admin', 'admin', 'R', '', '', 'h', false, true, 1, 0)",
        "INSERT INTO account VALUES ('u', '1000', 'user', 'Ana', '', '', 'h', false, true, 1, 0)",
        "INSERT INTO extension VALUES ('1000', 'u', 'Ana', '', 's', 1, 'internal', true)",
        "INSERT INTO extension_group VALUES ('1', 'Desk'), ('2', 'DESK')",
        "INSERT INTO extension_group_member VALUES ('2', '1000')",
        "INSERT INTO queue VALUES ('6500', 'Support')",
        "INSERT INTO queue_agent VALUES ('6500', '1000', true, true)",
    ):
        await _execute(empty_database_url, statement)
    await migrate(empty_database_url)
    database = await Database.open(empty_database_url)
    async with database.read() as connection:
        book = await PeopleRepository(connection).book()
    await database.close()
    root = book.account_named("admin")
    assert root is not None
    assert book.rights(root) == ALL_RIGHTS
    assert [(each.name, each.members) for each in book.groups.values()] == [
        ("Desk", ()), ("DESK (2)", ("1000",)),
    ]  # fmt: skip
    assert book.queues["6500"].agents == (QueueAgent("1000", paused=True),)
    assert [seat.number for seat in book.agents_of("queue", ["6500"])] == ["1000"]


async def test_visitors_of_before_are_found_by_their_addresses_without_case(
    empty_database_url: str,
) -> None:
    await _upgrade_to(empty_database_url, "0047")
    await _execute(
        empty_database_url,
        "INSERT INTO livechat (id, public_id, name, enabled, destination_kind, destination_values,"
        " options, version, created_at_ms) VALUES ('l', 'l', 'L', true, 'queue', '[]', '{}', 1, 0)",
    )
    await _execute(
        empty_database_url,
        "INSERT INTO visitor (id, livechat_id, token_hash, token_expires_at_ms, full_name, email,"
        " phone, language, user_agent, address, first_seen_at_ms) VALUES"
        " ('v', 'l', 'v', 0, '', 'VERA@Example.test', '', '', '', '', 0),"
        " ('j', 'l', 'j', 0, '', 'JÜRGEN@example.test', '', '', '', '', 0),"
        " ('n', 'l', 'n', 0, '', '', '', '', '', '', 0)",
    )
    await migrate(empty_database_url)
    database = await Database.open(empty_database_url)
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT id, email_key FROM visitor ORDER BY id"))
        found = dict(tuple(row) for row in rows)
    await database.close()
    assert found == {"j": "jürgen@example.test", "n": None, "v": "vera@example.test"}


def _engine(url: str) -> AsyncEngine:
    target = make_url(url)
    driver = "sqlite+aiosqlite" if target.get_backend_name() == "sqlite" else "postgresql+asyncpg"
    return create_async_engine(target.set(drivername=driver))


async def _upgrade_to(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "engage.storage:migrations")

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = _engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


async def _execute(url: str, statement: str) -> None:
    engine = _engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def test_database_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Database.open(f"postgresql://nobody@/none?host={tmp_path}&port=1")
