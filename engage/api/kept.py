"""What programs say of routes and groups that steers nothing here, kept so that it is answered.

Our forms have no room for it; extensions, queues and trunks keep the like among their options.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from engage.storage.tables import api_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.api.fields import Fields
    from engage.storage.database import Database


class KeptFields:
    """The fields of one kind of object, by the object's id.

    Args:
        database: where they are.
        kind: the kind's name.
        fields: what there is to keep.
        present: tells the objects there are; what is kept of others is forgotten.
    """

    def __init__(
        self, database: Database, kind: str, fields: Fields, present: Callable[[], Iterable[str]]
    ) -> None:
        self._database, self._kind, self._fields = database, kind, fields
        self._present = present

    async def all(self) -> dict[str, dict[str, Any]]:
        """What is kept of every object that anything is kept of."""
        columns = api_kept.c.object, api_kept.c.fields
        query = select(*columns).where(api_kept.c.kind == self._kind)
        async with self._database.read() as connection:
            return {row.object: row.fields for row in await connection.execute(query)}

    async def of(self, ident: str) -> dict[str, Any]:
        """What is kept of one object."""
        of_it = (api_kept.c.kind == self._kind) & (api_kept.c.object == ident)
        async with self._database.read() as connection:
            found = await connection.scalar(select(api_kept.c.fields).where(of_it))
        return found or {}

    def answered(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Every field, with its default where nothing is kept."""
        return self._fields.answered(kept)

    def given(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that a request sets.

        Raises:
            Refused: for the first value that cannot be taken.
        """
        return self._fields.given(parameters)

    async def put(self, ident: str, given: Mapping[str, Any]) -> None:
        """Keep these fields of an object beside what is kept of it."""
        if not given:
            return
        of_kind = api_kept.c.kind == self._kind

        async def work(connection: AsyncConnection) -> None:
            # Asked when the write has its turn: others may be added and kept before that.
            existing = {*self._present(), ident}
            rows = await connection.execute(select(api_kept).where(of_kind))
            kept = {row.object: row.fields for row in rows}
            outdated = [each for each in kept if each not in existing or each == ident]
            gone = of_kind & api_kept.c.object.in_(outdated)
            await connection.execute(delete(api_kept).where(gone))
            fields = {**kept.get(ident, {}), **given}
            row = {"kind": self._kind, "object": ident, "fields": fields}
            await connection.execute(insert(api_kept).values(row))

        await self._database.write(work)
