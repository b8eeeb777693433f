"""People are kept on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.support.people import Office

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.storage.database import Database


@pytest_asyncio.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    built = Office(database)
    await built.people.start()
    yield built
    await built.people.stop()
