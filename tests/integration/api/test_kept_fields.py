"""What programs say of objects is kept, whoever else is added meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engage.api.fields import Fields
from engage.api.kept import KeptFields

if TYPE_CHECKING:
    from engage.storage.database import Database


async def test_an_object_that_is_added_before_a_write_has_its_turn_keeps_its_fields(
    database: Database,
) -> None:
    present = ["old"]
    kept = KeptFields(database, "group", Fields(()), lambda: present)
    await kept.put("old", {"a": 1})
    turn = asyncio.Event()
    waiting = asyncio.create_task(database.write(lambda _: turn.wait()))
    late = asyncio.create_task(kept.put("old", {"b": 2}))
    await asyncio.sleep(0)
    present.append("new")
    early = asyncio.create_task(kept.put("new", {"a": 3}))
    turn.set()
    await asyncio.gather(waiting, early, late)
    assert await kept.all() == {"old": {"a": 1, "b": 2}, "new": {"a": 3}}
    present.remove("old")
    await kept.put("new", {"b": 4})
    assert await kept.all() == {"new": {"a": 3, "b": 4}}
    assert (await kept.of("new"), await kept.of("old")) == ({"a": 3, "b": 4}, {})
