"""Rows of who is there and who is away, and of what falls due by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from engage.livechat.model import ACTIVE, KIND, OPEN_STATES, TRANSFERRING, WAITING
from engage.livechat.repository import INQUIRY, inquiry_of
from engage.storage.tables import conversations, handovers, inquiries

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.model import Inquiry


class AttendanceRows:
    """Rows in, values out; holds no rule and opens no transaction. Moments are ms UTC."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def maybe_due(
        self, away_before_ms: int, queued_before_ms: int, handed_before_ms: int
    ) -> list[Inquiry]:
        """Open ones with somebody away, waiting or to be handed over since then: few of many."""
        visitor_away = (conversations.c.state == WAITING) & (
            inquiries.c.away_since_ms <= away_before_ms
        )
        agent_away = (conversations.c.state == ACTIVE) & (
            inquiries.c.agent_away_since_ms <= away_before_ms
        )
        long_waiting = (conversations.c.state == WAITING) & (
            inquiries.c.queued_at_ms <= queued_before_ms
        )
        untaken = (conversations.c.state == TRANSFERRING) & (handovers.c.at_ms <= handed_before_ms)
        return await self._open(or_(visitor_away, agent_away, long_waiting, untaken))

    async def waiting_unmailed(self, queued_before_ms: int) -> list[Inquiry]:
        """Those who have waited since then, without a mail having told the agents."""
        return await self._open(
            conversations.c.state == WAITING,
            inquiries.c.queued_at_ms <= queued_before_ms,
            inquiries.c.mailed_at_ms.is_(None),
        )

    async def mark_mailed(self, conversation_id: str, at_ms: int) -> bool:
        """Note that agents are told by mail; False when they were, or nobody waits any more."""
        waiting = (
            select(conversations.c.id)
            .where(conversations.c.id == conversation_id, conversations.c.state == WAITING)
            .exists()
        )
        marked = await self._connection.execute(
            update(inquiries)
            .where(inquiries.c.conversation_id == conversation_id)
            .where(inquiries.c.mailed_at_ms.is_(None), waiting)
            .values(mailed_at_ms=at_ms)
        )
        return marked.rowcount > 0

    async def visitor_left(self, visitor_id: str, at_ms: int) -> None:
        """The visitor's last socket has closed."""
        await self._connection.execute(
            update(inquiries)
            .where(inquiries.c.conversation_id.in_(_open_of(visitor_id=visitor_id)))
            .where(inquiries.c.away_since_ms.is_(None))
            .values(away_since_ms=at_ms)
        )

    async def visitor_came(self, visitor_id: str) -> None:
        """The visitor is there again."""
        await self._connection.execute(
            update(inquiries)
            .where(inquiries.c.conversation_id.in_(_open_of(visitor_id=visitor_id)))
            .where(inquiries.c.away_since_ms.is_not(None))
            .values(away_since_ms=None)
        )

    async def agent_left(self, who: str, at_ms: int) -> None:
        """An agent's last socket has closed."""
        await self._connection.execute(
            update(inquiries)
            .where(inquiries.c.conversation_id.in_(_open_of(owner=who)))
            .where(inquiries.c.agent_away_since_ms.is_(None))
            .values(agent_away_since_ms=at_ms)
        )

    async def agent_came(self, who: str) -> None:
        """An agent is there again."""
        await self._connection.execute(
            update(inquiries)
            .where(inquiries.c.conversation_id.in_(_open_of(owner=who)))
            .where(inquiries.c.agent_away_since_ms.is_not(None))
            .values(agent_away_since_ms=None)
        )

    async def all_left(self, at_ms: int) -> None:
        """After a start nobody has a socket: count from here for those who had one."""
        open_ones = inquiries.c.conversation_id.in_(_open_of())
        await self._connection.execute(
            update(inquiries)
            .where(open_ones, inquiries.c.away_since_ms.is_(None))
            .values(away_since_ms=at_ms)
        )
        await self._connection.execute(
            update(inquiries)
            .where(open_ones, inquiries.c.agent_away_since_ms.is_(None))
            .where(inquiries.c.accepted_at_ms.is_not(None))
            .values(agent_away_since_ms=at_ms)
        )

    async def _open(self, condition: Any, *more: Any) -> list[Inquiry]:
        query = INQUIRY.where(conversations.c.kind == KIND, condition, *more)
        rows = await self._connection.execute(query.order_by(inquiries.c.number))
        return [inquiry_of(row) for row in rows]


def _open_of(*, visitor_id: str | None = None, owner: str | None = None) -> Any:
    query = (
        select(conversations.c.id)
        .join(inquiries, inquiries.c.conversation_id == conversations.c.id)
        .where(conversations.c.kind == KIND, conversations.c.state.in_(OPEN_STATES))
    )
    if visitor_id is not None:
        query = query.where(inquiries.c.visitor_id == visitor_id)
    if owner is not None:
        query = query.where(conversations.c.owner == owner)
    return query
