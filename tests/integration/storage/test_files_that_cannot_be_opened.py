"""A connection to a file that is not there leaves nothing behind."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from engage.storage.sqlite import SqliteConnection, connect_sqlite

if TYPE_CHECKING:
    from pathlib import Path


def test_its_thread_tells_nothing_to_a_loop_that_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    async def refused() -> None:
        await SqliteConnection(lambda: connect_sqlite(tmp_path / "no.db", mode="rw")).opened()

    for _ in range(50):
        with pytest.raises(sqlite3.OperationalError):
            asyncio.run(refused())
    assert told == []
