"""Rows of things that people name: found by id, by name whatever its case, by `client_id`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import delete, insert, select, update

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Table
    from sqlalchemy.ext.asyncio import AsyncConnection


class Named(Protocol):
    """What such a row says."""

    @property
    def id(self) -> str: ...

    @property
    def created_at_ms(self) -> int: ...


Entry = TypeVar("Entry", bound=Named)


class NamedRows(ABC, Generic[Entry]):
    """The rows of one table, which has the columns `id`, `client_id` and `created_at_ms`."""

    table: ClassVar[Table]
    key_column: ClassVar[Column[str]]
    """The column that holds names without case."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @staticmethod
    @abstractmethod
    def entry(row: Any) -> Entry:
        """What a row says."""

    @staticmethod
    @abstractmethod
    def values(entry: Entry) -> Mapping[str, Any]:
        """A row without the columns that never change."""

    async def all(self) -> list[Entry]:
        """Every one."""
        return [self.entry(row) for row in await self._connection.execute(select(self.table))]

    async def get(self, ident: str) -> Entry | None:
        """One by its id."""
        return await self._one(self.table.c.id, ident)

    async def by_client_id(self, client_id: str) -> Entry | None:
        """What an earlier request with this `client_id` has added."""
        return await self._one(self.table.c.client_id, client_id)

    async def taken(self, key: str, but: str = "") -> bool:
        """Whether one, other than `but`, has this name; it is given without case."""
        query = select(self.table.c.id).where(self.key_column == key, self.table.c.id != but)
        return (await self._connection.execute(query)).first() is not None

    async def add(self, entry: Entry, client_id: str | None) -> None:
        """Store a new one."""
        fixed = {"id": entry.id, "client_id": client_id, "created_at_ms": entry.created_at_ms}
        await self._connection.execute(insert(self.table).values(**fixed, **self.values(entry)))

    async def put(self, entry: Entry) -> None:
        """Store one as it stands."""
        query = update(self.table).where(self.table.c.id == entry.id).values(**self.values(entry))
        await self._connection.execute(query)

    async def drop(self, ident: str) -> None:
        """Remove one."""
        await self._connection.execute(delete(self.table).where(self.table.c.id == ident))

    async def _one(self, column: Column[Any], value: str) -> Entry | None:
        query = select(self.table).where(column == value)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else self.entry(row)
