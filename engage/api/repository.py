"""Rows of API users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from engage.api.model import ApiUser
from engage.api.permitted import Permitted
from engage.storage.named_rows import NamedRows
from engage.storage.tables import api_users

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiUserRepository(NamedRows[ApiUser]):
    """API users."""

    table = api_users
    key_column = api_users.c.user_key

    async def count(self) -> int:
        """How many there are."""
        query = select(func.count()).select_from(api_users)
        return int((await self._connection.execute(query)).scalar_one())

    @staticmethod
    def values(entry: ApiUser) -> Mapping[str, Any]:
        """A row without the columns that never change."""
        return {
            "user": entry.user,
            "user_key": entry.key,
            "password": entry.sealed_password,
            "enabled": entry.enabled,
            "permitted": list(entry.permitted),
            "denied": sorted(entry.denied),
            "version": entry.version,
        }

    @staticmethod
    def entry(row: Any) -> ApiUser:
        """What a row says."""
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
