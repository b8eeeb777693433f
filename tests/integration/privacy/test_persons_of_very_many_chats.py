"""Somebody with more chats than a statement may name: found, counted, told and erased in slices."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from engage.livechat.erasing import erase
from engage.livechat.repository import LiveChatRepository
from engage.privacy.holdings import calls_of, count, files_of
from engage.privacy.model import Asked, slices
from engage.privacy.persons import find
from engage.privacy.service import PORTION
from engage.privacy.traces import TRACES
from engage.storage import database as module
from engage.storage.database import Database
from engage.storage.migrate import migrate
from engage.storage.tables import calls, consents, conversations, files, inquiries, visitors
from tests.support.office import Clock, Office, Seats
from tests.support.rows import filled
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy import Table

CHATS, MOST = 1_500, 1_200
"""SQLite takes 32,766 values in a statement, PostgreSQL's driver as many; here they are fewer."""


@pytest.fixture
async def narrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    connect = module.connect_sqlite

    def limited(*given: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*given, **named)
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, MOST)
        return connection

    url = f"sqlite:///{tmp_path / 'engage.db'}"
    await migrate(url)
    monkeypatch.setattr(module, "connect_sqlite", limited)
    opened = await Database.open(url)
    yield opened
    await opened.close()


async def write(office: Office) -> None:
    """A visitor anew each time, by one address."""
    livechat = (await office.add("demo")).id
    rows: dict[Table, list[dict[str, Any]]] = {
        each: [] for each in (visitors, conversations, inquiries, consents, calls, files)
    }
    for n in range(CHATS):
        name, chat, moment = f"v{n}", f"c{n}", {"at_ms": n}
        email = {"email": "Zeb@example.test", "email_key": "zeb@example.test"}
        known = {"id": name, "livechat_id": livechat, "token_hash": name, **email}
        rows[visitors].append(filled(visitors, **known))
        state = {"kind": "livechat", "state": "offline" if n % 3 == 0 else "ended"}
        rows[conversations].append(filled(conversations, id=chat, **state))
        place = {"livechat_id": livechat, "visitor_id": name, "number": 100_000 - n}
        rows[inquiries].append(filled(inquiries, conversation_id=chat, **place))
        rows[consents].append(filled(consents, conversation_id=chat, visitor_id=name, **moment))
        rows[calls].append(filled(calls, id=f"call{n}", number=n, conversation=chat))
        brought = {"owner": f"visitor:v{CHATS - 1 - n}", "conversation_id": chat, "length": 10}
        rows[files].append(filled(files, id=f"f{n}", **brought))

    async def work(connection: Any) -> None:
        for table, found in rows.items():
            await connection.execute(insert(table), found)

    await office.database.write(work)


async def test_more_chats_than_a_statement_may_name(narrow: Database) -> None:
    office = await Office(narrow, Sockets(), Seats(), Clock()).start()
    await write(office)
    asked = Asked("email", "ZEB@example.test")
    async with narrow.read() as connection:
        person = await find(connection, asked)
        holdings = await count(connection, person)
        assert len(await files_of(connection, person)) == CHATS
        assert len(await calls_of(connection, person)) == CHATS
    assert len(person.visitors) == len(person.conversations) == CHATS
    assert person.conversations[0] == f"c{CHATS - 1}"  # in the order of their numbers
    assert {name: many for name, many in holdings.counts.items() if many} == {
        "visitors": CHATS,
        "conversations": CHATS * 2 // 3,
        "offline_messages": CHATS // 3,
        "consents": CHATS,
        "files": CHATS,
        "calls": CHATS,
    }
    assert holdings.file_bytes == 10 * CHATS
    for trace in TRACES:
        await trace.wipe(narrow, person)
    for chats in slices(person.conversations, PORTION):

        async def work(transaction: Any, some: list[str] = chats) -> tuple[str, ...]:
            repository = LiveChatRepository(transaction.connection)
            found = [await repository.inquiry(each) for each in some]
            return await erase(transaction, [each for each in found if each is not None])

        await office.hub.transact(work)
    async with narrow.read() as connection:
        left = await find(connection, asked)
    assert (left.visitors, left.conversations) == ((), ())
    await office.stop()
