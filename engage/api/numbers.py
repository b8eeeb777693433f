"""The small numbers by which programs know our objects, since the protocol has no room for ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from engage.storage.tables import api_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


class Numbers:
    """Numbers given once and never again: 1, 2, 3 … for each kind of object."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, dict[str, int]] = {}

    async def start(self) -> None:
        """Read what was given out."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(api_numbers))).all()
        for row in rows:
            self._known.setdefault(row.kind, {})[row.object] = row.number

    async def of(self, kind: str, objects: Iterable[str]) -> dict[str, int]:
        """The numbers of these objects; those that have none get one, in their order."""
        known, objects = self._known.setdefault(kind, {}), list(objects)
        if new := [each for each in objects if each not in known]:

            async def work(connection: AsyncConnection) -> dict[str, int]:
                return await _assign(connection, kind, new)

            known.update(await self._database.write(work))
        return {each: known[each] for each in objects}

    def named(self, kind: str, number: int) -> str | None:
        """The object of a number that was given out."""
        found = self._known.get(kind, {}).items()
        return next((each for each, given in found if given == number), None)


async def _assign(connection: AsyncConnection, kind: str, objects: list[str]) -> dict[str, int]:
    """Numbers for objects; another process may have been faster with some."""
    of_kind = api_numbers.c.kind == kind
    query = select(api_numbers.c.object, api_numbers.c.number).where(of_kind)
    stored = {row.object: row.number for row in await connection.execute(query)}
    highest = select(func.coalesce(func.max(api_numbers.c.number), 0)).where(of_kind)
    following = int((await connection.execute(highest)).scalar_one()) + 1
    new = [each for each in objects if each not in stored]
    given = {each: following + place for place, each in enumerate(new)}
    if given:
        rows = [{"kind": kind, "object": each, "number": number} for each, number in given.items()]
        await connection.execute(insert(api_numbers), rows)
    return {each: {**stored, **given}[each] for each in objects}
