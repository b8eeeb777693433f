"""Rows of bans."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from engage.livechat.banning.model import ASKED, BANNED, LIFTED, REFUSED, Ban
from engage.storage.tables import livechat_bans

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_NAMES = [each.name for each in fields(Ban)]


class BanRows:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Ban]:
        """All there are, the newest first."""
        query = select(livechat_bans).order_by(
            livechat_bans.c.asked_at_ms.desc(), livechat_bans.c.id.desc()
        )
        return [_ban(row) for row in await self._connection.execute(query)]

    async def get(self, ban_id: str) -> Ban | None:
        """One; nobody else changes it within this transaction."""
        query = select(livechat_bans).where(livechat_bans.c.id == ban_id).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _ban(row)

    async def asked_for(self, visitor_id: str) -> Ban | None:
        """What is asked for about a visitor, and not decided."""
        wanted = (livechat_bans.c.visitor_id == visitor_id, livechat_bans.c.state == ASKED)
        row = (await self._connection.execute(select(livechat_bans).where(*wanted))).first()
        return None if row is None else _ban(row)

    async def add(self, ban: Ban) -> None:
        """Store a new one."""
        await self._connection.execute(insert(livechat_bans).values(asdict(ban)))

    async def change(self, ban: Ban) -> None:
        """Store what has changed about one."""
        await self._connection.execute(
            update(livechat_bans).where(livechat_bans.c.id == ban.id).values(asdict(ban))
        )

    async def drop_over(self, before_ms: int) -> None:
        """Remove those that have kept nobody out since then: they name people."""
        settled = livechat_bans.c.state.in_((REFUSED, LIFTED)) & (
            livechat_bans.c.asked_at_ms < before_ms
        )
        expired = (livechat_bans.c.state == BANNED) & (livechat_bans.c.until_ms < before_ms)
        await self._connection.execute(delete(livechat_bans).where(settled | expired))


def _ban(row: Row[Any]) -> Ban:
    return Ban(**{name: getattr(row, name) for name in _NAMES})
