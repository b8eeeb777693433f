"""Rows of the dialplan's objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic

from sqlalchemy import delete, func, insert, select, update

from engage.dialplan.model import DialplanObject, Form
from engage.people.policy import name_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.model import ObjectKind


class ObjectRepository(Generic[Form]):
    """Objects of one kind."""

    def __init__(self, connection: AsyncConnection, kind: ObjectKind[Form]) -> None:
        self._connection, self._kind, self._table = connection, kind, kind.table

    async def all(self) -> list[DialplanObject[Form]]:
        """All of them, in the order of the list."""
        query = select(self._table).order_by(self._table.c.position, self._table.c.id)
        return [self._entry(row) for row in await self._connection.execute(query)]

    async def get(self, object_id: str) -> DialplanObject[Form] | None:
        """One of them."""
        return await self._one(self._table.c.id == object_id)

    async def by_client_id(self, client_id: str) -> DialplanObject[Form] | None:
        """What an earlier request with this `client_id` has added."""
        return await self._one(self._table.c.client_id == client_id)

    async def taken(self, name: str, but: str = "") -> bool:
        """Whether one, other than `but`, has this name."""
        table = self._table
        query = select(table.c.id).where(table.c.name_key == name_key(name), table.c.id != but)
        return (await self._connection.execute(query)).first() is not None

    async def any_taken(self, names: Sequence[str]) -> bool:
        """Whether one of these is a name already."""
        keys = (await self._connection.execute(select(self._table.c.name_key))).scalars()
        return not {name_key(each) for each in names}.isdisjoint(keys)

    async def last(self) -> int:
        """The last position of the list."""
        query = select(func.coalesce(func.max(self._table.c.position), 0))
        found: int = (await self._connection.execute(query)).scalar_one()
        return found

    async def count(self) -> int:
        """How many there are."""
        query = select(func.count()).select_from(self._table)
        found: int = (await self._connection.execute(query)).scalar_one()
        return found

    async def add(self, entry: DialplanObject[Form], client_id: str | None) -> None:
        """Store a new one."""
        await self._connection.execute(insert(self._table).values(_new(entry, client_id)))

    async def add_all(self, entries: Sequence[DialplanObject[Form]]) -> None:
        """Store new ones, all at once."""
        if entries:
            await self._connection.execute(insert(self._table), [_new(each) for each in entries])

    async def put(self, entry: DialplanObject[Form]) -> None:
        """Store one as it stands."""
        query = update(self._table).where(self._table.c.id == entry.id).values(**_values(entry))
        await self._connection.execute(query)

    async def order(self, ids: Sequence[str]) -> None:
        """Let them stand in this order."""
        for position, object_id in enumerate(ids, 1):
            query = update(self._table).where(self._table.c.id == object_id)
            await self._connection.execute(query.values(position=position))

    async def drop(self, object_id: str) -> None:
        """Remove one."""
        await self._connection.execute(delete(self._table).where(self._table.c.id == object_id))

    async def _one(self, condition: Any) -> DialplanObject[Form] | None:
        rows = await self._connection.execute(select(self._table).where(condition))
        row = rows.one_or_none()
        return None if row is None else self._entry(row)

    def _entry(self, row: Any) -> DialplanObject[Form]:
        form = read_form(self._kind, {self._kind.form.named_by: row.name, **row.settings})
        when = row.created_at_ms
        return DialplanObject(row.id, row.position, form, row.version, when, row.client_id)


def read_form(kind: ObjectKind[Form], fields: dict[str, Any]) -> Form:
    """Fields as they come from JSON, which has no tuples."""
    return kind.form.model_validate_json(json.dumps(fields))


def _new(entry: DialplanObject[Form], client_id: str | None = None) -> dict[str, Any]:
    more = {"id": entry.id, "client_id": client_id, "created_at_ms": entry.created_at_ms}
    return more | _values(entry)


def _values(entry: DialplanObject[Form]) -> dict[str, Any]:
    return {
        "position": entry.position,
        "name": entry.form.own_name,
        "name_key": entry.key,
        "settings": dict(entry.settings),
        "version": entry.version,
    }
