"""A live chat on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.storage.database import Database
from tests.support.office import Clock, Office, Seats, Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'engage.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(database: Database, clock: Clock) -> AsyncIterator[Office]:
    """Live chat `chat`: nobody is limited, all three fields are asked for, no consent."""
    made = await Office(database, Sockets(), Seats(), clock).start()
    await made.add()
    yield made
    await made.events.settled()
    await made.stop()
