"""Looking for records of live chats: what is asked for, as conditions on rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, column, exists, func, or_, select, table, tuple_

from engage.chat_records.model import Found
from engage.hub.rows import event_of
from engage.livechat.model import HELPING, OFFLINE
from engage.livechat.related import SPOKEN
from engage.livechat.repository import INQUIRY, inquiry_of
from engage.storage.tables import (
    calls,
    chat_outcomes,
    chat_tags,
    conversations,
    events,
    inquiries,
    message_texts,
    participants,
    recordings,
    visitors,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Select, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.chat_records.model import Order, Scope, Wanted
    from engage.hub.model import Event
    from engage.storage.script import Dialect

TRIGRAM = 3
"""Code points; shorter words are in no trigram index and are compared one by one."""
_FTS = table("message_fts", column("rowid"), column("message_fts"))
_PLACES: dict[str, ColumnElement[Any]] = {
    "queued_at": inquiries.c.number,  # numbered in the order in which they came
    "ended_at": func.coalesce(conversations.c.ended_at_ms, 0),
    "visitor": visitors.c.full_name,
    "agent": conversations.c.owner_name,
    "rating": func.coalesce(inquiries.c.rating, 0),
}
_RECORD = INQUIRY.join(visitors, visitors.c.id == inquiries.c.visitor_id).add_columns(
    conversations.c.ended_at_ms
)


class RecordRepository:
    """Chats, read with all that was said in them."""

    def __init__(self, connection: AsyncConnection, dialect: Dialect) -> None:
        self._connection, self._dialect = connection, dialect

    async def page(self, scope: Scope, wanted: Wanted, order: Order, limit: int) -> list[Found]:
        """At most `limit` chats that fit."""
        query = self.select(scope, wanted, order).limit(limit)
        return [
            Found(inquiry_of(row), row.ended_at_ms, row.place)
            for row in await self._connection.execute(query)
        ]

    def select(self, scope: Scope, wanted: Wanted, order: Order) -> Select[Any]:
        """The statement of a page."""
        place, number = _PLACES[order.by], inquiries.c.number
        query = _RECORD.add_columns(place.label("place")).where(*self._conditions(scope, wanted))
        both = (number,) if place is number else (place, number)
        query = query.order_by(*(each.desc() if order.descending else each for each in both))
        if order.after is not None:
            after = tuple_(*order.after[-len(both) :])
            here = tuple_(*both)
            query = query.where(here < after if order.descending else here > after)
        return query

    async def count(self, scope: Scope, wanted: Wanted) -> int:
        """How many chats fit."""
        query = (
            select(func.count())
            .select_from(inquiries)
            .join(conversations, conversations.c.id == inquiries.c.conversation_id)
            .join(visitors, visitors.c.id == inquiries.c.visitor_id)
            .where(*self._conditions(scope, wanted))
        )
        return int(await self._connection.scalar(query) or 0)

    async def get(self, scope: Scope, conversation_id: str) -> Found | None:
        """One chat."""
        query = _RECORD.where(inquiries.c.conversation_id == conversation_id, *_seen(scope))
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else Found(inquiry_of(row), row.ended_at_ms, 0)

    async def said(self, conversation_id: str, after: int, limit: int) -> list[Event]:
        """What was said in a chat after a sequence, notes among it."""
        query = (
            select(events)
            .where(events.c.conversation_id == conversation_id, events.c.seq > after)
            .order_by(events.c.seq)
            .limit(limit)
        )
        return [event_of(row) for row in await self._connection.execute(query)]

    async def calls(self, conversation_id: str) -> list[dict[str, Any]]:
        """The calls that were made in a chat, the earliest first, each with its recordings."""
        query = (
            select(
                calls.c.id,
                calls.c.started_at_ms,
                calls.c.talk_s,
                calls.c.disposition,
                calls.c.answered_by,
            )
            .where(calls.c.conversation == conversation_id, calls.c.conversation != "")
            .order_by(calls.c.started_at_ms)
        )
        found = [dict(row) for row in (await self._connection.execute(query)).mappings()]
        kept = select(recordings.c.id, recordings.c.call).where(
            recordings.c.call.in_([each["id"] for each in found])
        )
        sound = (await self._connection.execute(kept)).all()
        for each in found:
            each["recordings"] = [row.id for row in sound if row.call == each["id"]]
        return found

    def _conditions(self, scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
        found = [*_seen(scope), *_where(wanted), *_people(wanted)]
        either: list[ColumnElement[bool]] = []
        if wanted.words:
            either.append(inquiries.c.conversation_id.in_(self._saying(wanted.words)))
        if wanted.number is not None:
            either.append(inquiries.c.number == wanted.number)
        return [*found, or_(*either)] if either else found

    def _saying(self, words: Sequence[str]) -> Select[Any]:
        """In which conversations a message holds all of these."""
        long = [each for each in words if len(each) >= TRIGRAM and self._dialect == "sqlite"]
        query = select(message_texts.c.conversation_id).where(
            *(
                message_texts.c.folded.contains(each, autoescape=True)
                for each in words
                if each not in long
            )
        )
        if not long:
            return query
        phrases = " ".join('"' + each.replace('"', '""') + '"' for each in long)
        return query.join(_FTS, _FTS.c.rowid == message_texts.c.id).where(
            _FTS.c.message_fts.op("MATCH")(phrases)
        )


def _seen(scope: Scope) -> Iterator[ColumnElement[bool]]:
    if not scope.everything:
        yield or_(inquiries.c.livechat_id.in_(sorted(scope.watched)), _served_by(scope.who))


def _served_by(who: str) -> ColumnElement[bool]:
    """Serves it, or has; a message left is shown to the whole staff, and served by who answers."""
    wrote = exists().where(
        events.c.conversation_id == inquiries.c.conversation_id,
        events.c.author == who,
        events.c.kind.in_(SPOKEN),
    )
    # Who was given it, did not react and was taken off has left; colleagues who helped have a role.
    served = or_(participants.c.left_at_ms.is_(None), participants.c.role == HELPING, wrote)
    sitting = exists().where(
        participants.c.conversation_id == inquiries.c.conversation_id,
        participants.c.who == who,
        served,
    )
    return or_(conversations.c.owner == who, and_(conversations.c.state != OFFLINE, sitting))


def _where(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.livechat:
        yield inquiries.c.livechat_id == wanted.livechat
    if wanted.from_ms:
        yield inquiries.c.queued_at_ms >= wanted.from_ms
    if wanted.until_ms:
        yield inquiries.c.queued_at_ms < wanted.until_ms
    if wanted.state:
        yield conversations.c.state == wanted.state
    if wanted.rating is not None:
        yield func.coalesce(inquiries.c.rating, 0) == wanted.rating
    if wanted.tag:
        yield _said_of(chat_tags, chat_tags.c.tag, wanted.tag)
    if wanted.disposition:
        yield _said_of(chat_outcomes, chat_outcomes.c.disposition, wanted.disposition)


def _said_of(rows: Table, word: ColumnElement[str], wanted: str) -> ColumnElement[bool]:
    here = rows.c.conversation_id == inquiries.c.conversation_id
    return exists().where(here, func.lower(word) == wanted.lower())


def _people(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.agent:
        yield _served_by(f"user:{wanted.agent}")
    if wanted.visitor:
        texts = visitors.c.full_name, visitors.c.email, visitors.c.phone
        likes = [each.icontains(wanted.visitor, autoescape=True) for each in texts]
        yield or_(visitors.c.id == wanted.visitor, *likes)
