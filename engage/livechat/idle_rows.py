"""Rows of chats that are served, and of the last sign of life in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from engage.hub.model import is_visitor
from engage.livechat.model import ACTIVE, KIND, Inquiry
from engage.livechat.repository import INQUIRY, inquiry_of
from engage.storage.tables import conversations, events

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SIGNS_OF_LIFE = ("message", "file", "call", "assigned")
"""A note is none: the visitor sees nothing of it."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A served chat, and what was the last sign of life in it."""

    inquiry: Inquiry
    seq: int
    at_ms: int
    """When it was, or since when it could have been followed by another."""
    visitors_turn: bool
    """An agent has said something that the visitor has not answered."""


async def silent_since(
    connection: AsyncConnection, at_ms: int, conversation_id: str | None = None
) -> list[Silence]:
    """Served chats, or one of them, whose last sign of life is no younger than that."""
    last = (
        select(events.c.seq)
        .where(events.c.conversation_id == conversations.c.id, events.c.kind.in_(SIGNS_OF_LIFE))
        .order_by(events.c.seq.desc())
        .limit(1)
        .correlate(conversations)
        .scalar_subquery()
    )
    query = (
        INQUIRY.add_columns(
            events.c.seq.label("last_seq"),
            events.c.at_ms.label("last_at_ms"),
            events.c.kind.label("last_kind"),
            events.c.author.label("last_author"),
        )
        .join(events, (events.c.conversation_id == conversations.c.id) & (events.c.seq == last))
        .where(conversations.c.kind == KIND, conversations.c.state == ACTIVE)
        .where(events.c.at_ms <= at_ms)
    )
    if conversation_id is not None:
        query = query.where(conversations.c.id == conversation_id)
    return [
        Silence(
            inquiry_of(row),
            row.last_seq,
            row.last_at_ms,
            row.last_kind != "assigned" and not is_visitor(row.last_author),
        )
        for row in await connection.execute(query)
    ]
