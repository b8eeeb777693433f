"""Chats of the same person: by their browser, or by the address or number they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, union

from engage.storage.tables import conversations, events, inquiries, visitors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.livechat.model import Visitor

SPOKEN = ("message", "file", "note")


@dataclass(frozen=True, slots=True)
class PastChat:
    """Another chat of a person; `by`: what it is known by: `visitor`, `email` or `phone`."""

    conversation_id: str
    number: int
    livechat_id: str
    state: str
    queued_at_ms: int
    ended_at_ms: int | None
    agent: str
    rating: int | None
    by: str


class RelatedRows:
    """Rows in, values out; holds no rule and opens no transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def chats(
        self, visitor: Visitor, livechat_ids: Sequence[str], but: str, most: int
    ) -> list[PastChat]:
        """The newest chats of a person in these live chats, without one of them."""
        email = visitor.details.email_key
        newest = await self._newest(visitor, livechat_ids, but, most)
        query = (
            select(
                inquiries,
                conversations.c.state,
                conversations.c.ended_at_ms,
                conversations.c.owner_name,
                visitors.c.email_key,
            )
            .join(conversations, conversations.c.id == inquiries.c.conversation_id)
            .join(visitors, visitors.c.id == inquiries.c.visitor_id)
            .where(inquiries.c.conversation_id.in_(newest))
            .order_by(inquiries.c.number.desc())
        )

        def known_by(row: Any) -> str:
            if row.visitor_id == visitor.id:
                return "visitor"
            return "email" if email and row.email_key == email else "phone"

        return [
            PastChat(
                conversation_id=row.conversation_id,
                number=row.number,
                livechat_id=row.livechat_id,
                state=row.state,
                queued_at_ms=row.queued_at_ms,
                ended_at_ms=row.ended_at_ms,
                agent=row.owner_name,
                rating=row.rating,
                by=known_by(row),
            )
            for row in await self._connection.execute(query)
        ]

    async def _newest(
        self, visitor: Visitor, livechat_ids: Sequence[str], but: str, most: int
    ) -> list[str]:
        """Identifiers of so many chats of a person at most, however many there are.

        Who it is stands alone inside: planners would walk every chat of the live chats instead.
        """
        email, phone = visitor.details.email_key, visitor.details.phone
        same = [visitors.c.id == visitor.id]
        if email:
            same.append(visitors.c.email_key == email)
        if phone:
            same.append(visitors.c.phone == phone)
        theirs = select(inquiries.c.conversation_id, inquiries.c.number, inquiries.c.livechat_id)
        theirs = theirs.join(visitors, visitors.c.id == inquiries.c.visitor_id)
        found = union(*(theirs.where(each) for each in same)).cte("theirs")
        chat = found.prefix_with("MATERIALIZED").c
        query = (
            select(chat.conversation_id)
            .where(chat.livechat_id.in_(livechat_ids), chat.conversation_id != but)
            .order_by(chat.number.desc())
            .limit(most)
        )
        return list((await self._connection.execute(query)).scalars())

    async def said(self, conversation_id: str, most: int) -> list[Any]:
        """The first that was said in a chat, as rows of events."""
        query = (
            select(events)
            .where(events.c.conversation_id == conversation_id, events.c.kind.in_(SPOKEN))
            .order_by(events.c.seq)
            .limit(most)
        )
        return list(await self._connection.execute(query))
