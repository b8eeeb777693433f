"""A live chat on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.support import site as support
from tests.support.office import Clock, Office, Seats
from tests.support.written_sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.storage.database import Database
    from tests.support.site import Site


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(database: Database, clock: Clock) -> AsyncIterator[Office]:
    """Live chat `chat`: nobody is limited, all three fields are asked for, no consent."""
    made = await Office(database, Sockets(), Seats(), clock).start()
    await made.add(sessions_per_agent=0)
    yield made
    await made.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The application with demonstration data, on a port."""
    async with support.site(tmp_path_factory.mktemp("data")) as running:
        yield running
