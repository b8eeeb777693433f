"""Rows of trunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from engage.people.policy import name_key
from engage.storage.tables import trunks
from engage.telephony.trunk_forms import TrunkForm
from engage.telephony.trunk_model import TrunkEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection


class TrunkRepository:
    """Trunks, by id."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[TrunkEntry]:
        """Every trunk."""
        return [_entry(row) for row in await self._connection.execute(select(trunks))]

    async def get(self, trunk_id: str) -> TrunkEntry | None:
        """One trunk."""
        query = select(trunks).where(trunks.c.id == trunk_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _entry(row)

    async def taken(self, name: str, but: str = "") -> bool:
        """Whether a trunk, other than `but`, has this name."""
        query = select(trunks.c.id).where(trunks.c.name_key == name_key(name), trunks.c.id != but)
        return (await self._connection.execute(query)).first() is not None

    async def by_client_id(self, client_id: str) -> TrunkEntry | None:
        """What an earlier request with this `client_id` has added."""
        query = select(trunks).where(trunks.c.client_id == client_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _entry(row)

    async def add(self, entry: TrunkEntry, client_id: str | None) -> None:
        """Store a new trunk."""
        values = {"id": entry.id, "client_id": client_id, "created_at_ms": entry.created_at_ms}
        await self._connection.execute(insert(trunks).values(**values, **_values(entry)))

    async def put(self, entry: TrunkEntry) -> None:
        """Store a trunk as it stands."""
        query = update(trunks).where(trunks.c.id == entry.id).values(**_values(entry))
        await self._connection.execute(query)

    async def drop(self, trunk_id: str) -> None:
        """Remove a trunk."""
        await self._connection.execute(delete(trunks).where(trunks.c.id == trunk_id))


def _values(entry: TrunkEntry) -> Mapping[str, Any]:
    return {
        "name": entry.form.name,
        "name_key": entry.key,
        "password": entry.sealed_password,
        "settings": entry.form.model_dump(exclude={"name", "password"}),
        "version": entry.version,
    }


def _entry(row: Any) -> TrunkEntry:
    form = TrunkForm.model_validate({"name": row.name, **row.settings})
    return TrunkEntry(row.id, form, row.password, row.version, row.created_at_ms)
