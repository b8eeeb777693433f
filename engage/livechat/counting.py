"""Chats as figures see them, and what is kept of those that are removed: numbers, no person."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from engage.identifiers import new_id
from engage.livechat.figures import SUMS, Chat, Figures, Place, counted
from engage.livechat.model import KIND, OFFLINE, OPEN_STATES
from engage.storage.tables import conversations, events, inquiries, livechat_counters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection


class CountingRepository:
    """Rows in, figures out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def between(
        self, begin_ms: int, end_ms: int, livechat_id: str = ""
    ) -> list[tuple[Place, Figures]]:
        """Everything counted from a moment until before another, of erased chats too."""
        came = [inquiries.c.queued_at_ms >= begin_ms, inquiries.c.queued_at_ms < end_ms]
        kept = [
            livechat_counters.c.quarter_ms >= begin_ms,
            livechat_counters.c.quarter_ms < end_ms,
        ]
        if livechat_id:
            came.append(inquiries.c.livechat_id == livechat_id)
            kept.append(livechat_counters.c.livechat_id == livechat_id)
        chats = await self._chats(came)
        rows = await self._connection.execute(select(livechat_counters).where(*kept))
        return [*counted(chats).items(), *map(_kept, rows)]

    async def keep(self, conversation_ids: Sequence[str]) -> None:
        """Keep the figures of chats that are about to be removed."""
        chats = await self._chats([inquiries.c.conversation_id.in_(conversation_ids)])
        rows = [_row(place, figures) for place, figures in counted(chats).items()]
        if rows:
            await self._connection.execute(insert(livechat_counters), rows)

    async def _chats(self, conditions: Sequence[ColumnElement[bool]]) -> list[Chat]:
        query: Select[Any] = (
            select(
                inquiries.c.livechat_id,
                inquiries.c.queued_at_ms,
                inquiries.c.accepted_at_ms,
                inquiries.c.rating,
                conversations.c.state,
                conversations.c.owner,
                conversations.c.ended_at_ms,
                _FIRST_WORDS.label("words_at_ms"),
            )
            .join(conversations, conversations.c.id == inquiries.c.conversation_id)
            .where(conversations.c.kind == KIND, *conditions)
        )
        return [_chat(row) for row in await self._connection.execute(query)]


_FIRST_WORDS = (
    select(func.min(events.c.at_ms))
    .where(
        events.c.conversation_id == inquiries.c.conversation_id,
        events.c.kind.in_(("message", "file")),
        events.c.author.like("agent:%"),
    )
    .correlate(inquiries)
    .scalar_subquery()
)


def _chat(row: Row[Any]) -> Chat:
    kind, _, name = (row.owner or "").partition(":")
    begun_ms, accepted_ms, ended_ms = row.queued_at_ms, row.accepted_at_ms, row.ended_at_ms
    if kind == "bot":  # it serves at once; a chat that it gave to people is theirs
        accepted_ms = begun_ms
    return Chat(
        livechat_id=row.livechat_id,
        agent="" if kind == "bot" else name,
        queued_at_ms=begun_ms,
        left=row.state == OFFLINE,
        over=row.state not in OPEN_STATES,
        accepted=accepted_ms is not None,
        waited_s=_span(begun_ms, ended_ms if accepted_ms is None else accepted_ms),
        response_s=_span(begun_ms, row.words_at_ms),
        handled_s=_span(accepted_ms, ended_ms),
        rating=row.rating,
    )


def _span(begin_ms: int | None, end_ms: int | None) -> int | None:
    return None if begin_ms is None or end_ms is None else max(0, (end_ms - begin_ms) // 1000)


def _row(place: Place, figures: Figures) -> dict[str, Any]:
    return {
        "id": new_id(),
        "quarter_ms": place.quarter_ms,
        "livechat_id": place.livechat_id,
        "agent": place.agent,
        "waits": json.dumps(figures.waits),
        "ratings": json.dumps(figures.ratings),
        **{name: getattr(figures, name) for name in SUMS},
    }


def _kept(row: Row[Any]) -> tuple[Place, Figures]:
    figures = Figures(
        **{name: getattr(row, name) for name in SUMS},
        waits=_counter(row.waits),
        ratings=_counter(row.ratings),
    )
    return Place(row.quarter_ms, row.livechat_id, row.agent), figures


def _counter(text: str) -> Counter[int]:
    """JSON has no numbers for names."""
    return Counter({int(key): many for key, many in json.loads(text).items()})
