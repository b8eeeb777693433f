"""What was taken in a room, and how it was, goes with the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from sqlalchemy import insert, select

from engage.pms.model import Condition
from engage.pms.repository import StayRepository
from engage.storage.tables import mini_bar_taken
from tests.support import site as support

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from tests.support.site import Site

DIRTY = 5


@pytest_asyncio.fixture
async def site(database_url: str, database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    async with support.site(tmp_path, database=database_url) as running:
        yield running


async def test_what_is_known_of_a_room_that_is_no_more_is_forgotten(
    site: Site, database: Database
) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    ids: dict[str, str] = {}
    for room, extension in ("101", "1001"), ("102", "1002"), ("103", "1003"):
        body = {"room": room, "extension": extension}
        status, made = await site.json("POST", "/v1/pms-rooms", body, token=admin)
        assert status == 201, made
        ids[room] = made["id"]

    async def took(connection: AsyncConnection) -> None:
        for room in ids:
            row = {"id": room, "room": room, "goods": "1", "name": "Water", "taken": 2}
            values = {**row, "maid": "7", "taken_at_ms": 1}
            await connection.execute(insert(mini_bar_taken).values(values))
            await StayRepository(connection).set_condition(room, Condition(DIRTY, "7", 1))

    await database.write(took)
    path = f"/v1/pms-rooms/{ids['102']}"
    assert (await site.json("PATCH", path, {"address": "H2"}, token=admin))[0] == 200
    assert await rooms_of(database) == ["101", "102", "103"]
    assert (await site.json("PATCH", path, {"room": "202"}, token=admin))[0] == 200
    path = f"/v1/pms-rooms/{ids['101']}"
    assert (await site.json("DELETE", path, token=admin))[0] in (200, 204)
    assert await rooms_of(database) == ["103"]


async def rooms_of(database: Database) -> list[str]:
    """Of which it is known what was taken, and how they are."""
    query = select(mini_bar_taken.c.room).order_by(mini_bar_taken.c.room)
    async with database.read() as connection:
        found = list((await connection.execute(query)).scalars())
        assert sorted(await StayRepository(connection).conditions()) == found
    return found
