"""Rows of bots, and of the answers they owe."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from engage.livechat.bots.model import Terms
from engage.livechat.model import KIND, OPEN_STATES
from engage.storage.tables import (
    bot_turns,
    conversations,
    inquiries,
    livechat_bots,
    participants,
    webhook_endpoints,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Served:
    """A bot's open conversation, and since when the visitor has no socket."""

    conversation_id: str
    bot_id: str
    away_since_ms: int | None


class BotRepository:
    """Rows in, values out; holds no rule and opens no transaction. Moments are ms UTC."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, livechat_id: str) -> tuple[str, str] | None:
        """A live chat's bot: its identifier and its token's hash."""
        query = (
            select(livechat_bots)
            .join(webhook_endpoints, webhook_endpoints.c.id == livechat_bots.c.id)
            .where(webhook_endpoints.c.bot_of == livechat_id)
        )
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else (row.id, row.token_hash)

    async def all(self) -> dict[str, tuple[str, Terms]]:
        """By identifier: the token's hash, and the terms."""
        rows = await self._connection.execute(select(livechat_bots))
        return {row.id: (row.token_hash, Terms(row.answer_within_s, row.serve)) for row in rows}

    async def put(self, bot_id: str, token_hash: str, terms: Terms) -> None:
        """Store a bot, new or changed."""
        values = {"token_hash": token_hash, **asdict(terms)}
        changed = await self._connection.execute(
            update(livechat_bots).where(livechat_bots.c.id == bot_id).values(values)
        )
        if not changed.rowcount:
            await self._connection.execute(insert(livechat_bots).values(id=bot_id, **values))

    async def drop(self, bot_id: str) -> None:
        """Remove one."""
        await self._connection.execute(delete(livechat_bots).where(livechat_bots.c.id == bot_id))

    async def owes(self, conversation_id: str, due_at_ms: int) -> None:
        """A visitor waits for an answer; an earlier one that is owed stays."""
        known = await self._connection.scalar(
            select(bot_turns.c.due_at_ms).where(bot_turns.c.conversation_id == conversation_id)
        )
        if known is None:
            values = {"conversation_id": conversation_id, "due_at_ms": due_at_ms}
            await self._connection.execute(insert(bot_turns).values(values))

    async def answered(self, conversation_id: str) -> None:
        """Nothing is owed any more."""
        await self._connection.execute(
            delete(bot_turns).where(bot_turns.c.conversation_id == conversation_id)
        )

    async def late(self, now_ms: int) -> list[str]:
        """Conversations in which an answer is owed for too long."""
        query = select(bot_turns.c.conversation_id).where(bot_turns.c.due_at_ms <= now_ms)
        return list(await self._connection.scalars(query))

    async def served(self) -> list[Served]:
        """The open conversations that bots have, each with whose it is."""
        query = (
            select(conversations.c.id, conversations.c.owner, inquiries.c.away_since_ms)
            .join(inquiries, inquiries.c.conversation_id == conversations.c.id)
            .where(
                conversations.c.kind == KIND,
                conversations.c.state.in_(OPEN_STATES),
                conversations.c.owner.like("bot:%"),
            )
        )
        rows = await self._connection.execute(query)
        return [Served(row.id, row.owner.partition(":")[2], row.away_since_ms) for row in rows]

    async def has_served(self, conversation_id: str, who: str) -> bool:
        """Whether a bot has ever followed a conversation."""
        query = select(participants.c.who).where(
            participants.c.conversation_id == conversation_id, participants.c.who == who
        )
        return await self._connection.scalar(query) is not None
