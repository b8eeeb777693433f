"""Rows of API users, and of the numbers by which programs know our objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from engage.api.model import ApiUser, key_of
from engage.api.permitted import Permitted
from engage.storage.tables import api_users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection


class ApiUserRepository:
    """API users."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[ApiUser]:
        """Every API user."""
        return [_user(row) for row in await self._connection.execute(select(api_users))]

    async def get(self, user_id: str) -> ApiUser | None:
        """One API user."""
        query = select(api_users).where(api_users.c.id == user_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _user(row)

    async def taken(self, user: str, but: str = "") -> bool:
        """Whether somebody, other than `but`, has this name."""
        query = select(api_users.c.id).where(
            api_users.c.user_key == key_of(user), api_users.c.id != but
        )
        return (await self._connection.execute(query)).first() is not None

    async def by_client_id(self, client_id: str) -> ApiUser | None:
        """What an earlier request with this `client_id` has added."""
        query = select(api_users).where(api_users.c.client_id == client_id)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _user(row)

    async def add(self, user: ApiUser, client_id: str | None) -> None:
        """Store a new API user."""
        values = {"id": user.id, "client_id": client_id, "created_at_ms": user.created_at_ms}
        await self._connection.execute(insert(api_users).values(**values, **_values(user)))

    async def put(self, user: ApiUser) -> None:
        """Store an API user as it stands."""
        query = update(api_users).where(api_users.c.id == user.id).values(**_values(user))
        await self._connection.execute(query)

    async def drop(self, user_id: str) -> None:
        """Remove an API user."""
        await self._connection.execute(delete(api_users).where(api_users.c.id == user_id))

    async def count(self) -> int:
        """How many there are."""
        query = select(func.count()).select_from(api_users)
        return int((await self._connection.execute(query)).scalar_one())


def _values(user: ApiUser) -> Mapping[str, Any]:
    return {
        "user": user.user,
        "user_key": user.key,
        "password": user.sealed_password,
        "enabled": user.enabled,
        "permitted": list(user.permitted),
        "denied": sorted(user.denied),
        "version": user.version,
    }


def _user(row: Any) -> ApiUser:
    return ApiUser(
        id=row.id,
        user=row.user,
        sealed_password=row.password,
        enabled=row.enabled,
        permitted=tuple(row.permitted),
        denied=frozenset(row.denied),
        version=row.version,
        created_at_ms=row.created_at_ms,
        allowed=Permitted.of(row.permitted),
    )
