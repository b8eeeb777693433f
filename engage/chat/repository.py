"""Rows of chats: my list, who wrote last from where, what phones took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from engage.hub.reading import shown
from engage.storage.tables import conversations, deliveries, events, inboxes, participants

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stands in a list, newest first."""

    at_ms: int
    conversation_id: str


@dataclass(frozen=True, slots=True)
class PhoneCopy:
    """One message's copy on one phone."""

    seq: int
    number: str
    device_name: str
    state: str
    sip_code: int | None
    updated_at_ms: int


class ChatRepository:
    """Rows in, values out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def mine(
        self, who: str, *, kind: str | None, before: Place | None, limit: int
    ) -> list[Place]:
        """Conversations that `who` follows, by their last event, newest first."""
        newest = func.coalesce(events.c.at_ms, conversations.c.created_at_ms)
        query = (
            select(newest, conversations.c.id)
            .join(participants, participants.c.conversation_id == conversations.c.id)
            .outerjoin(
                events,
                and_(
                    events.c.conversation_id == conversations.c.id,
                    events.c.seq == conversations.c.last_seq,
                ),
            )
            .outerjoin(
                inboxes,
                and_(
                    inboxes.c.owner == participants.c.who,
                    inboxes.c.conversation_id == participants.c.conversation_id,
                ),
            )
            .where(participants.c.who == who, participants.c.left_at_ms.is_(None), shown())
            .order_by(newest.desc(), conversations.c.id.desc())
            .limit(limit)
        )
        if kind is not None:
            query = query.where(conversations.c.kind == kind)
        if before is not None:
            query = query.where(
                or_(
                    newest < before.at_ms,
                    and_(newest == before.at_ms, conversations.c.id < before.conversation_id),
                )
            )
        return [Place(*row) for row in (await self._connection.execute(query)).all()]

    async def last_own_author(self, conversation_id: str, number: str) -> str | None:
        """How this person wrote last: `user:1001` or `phone:1001`; None when never."""
        query = (
            select(events.c.author)
            .where(
                events.c.conversation_id == conversation_id,
                events.c.author.in_((f"user:{number}", f"phone:{number}")),
                events.c.kind == "message",
            )
            .order_by(events.c.seq.desc())
            .limit(1)
        )
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def phone_copies(self, conversation_id: str, after: int, limit: int) -> list[PhoneCopy]:
        """What became of texts sent to phones, oldest first."""
        query = (
            select(
                deliveries.c.seq,
                deliveries.c.number,
                deliveries.c.device_name,
                deliveries.c.state,
                deliveries.c.sip_code,
                deliveries.c.updated_at_ms,
            )
            .where(
                deliveries.c.conversation_id == conversation_id,
                deliveries.c.topic == "chat",
                deliveries.c.seq > after,
            )
            .order_by(deliveries.c.seq, deliveries.c.id)
            .limit(limit)
        )
        return [PhoneCopy(*row) for row in (await self._connection.execute(query)).all()]
