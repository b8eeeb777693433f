"""Search over the conversations that one follows: one function for both databases."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, column, or_, select, table

from engage.chat.model import OnlyUsers
from engage.chat.search_rules import excerpt, terms, text_of
from engage.hub.rows import conversation_of, event_of
from engage.storage.tables import conversations, events, message_texts, participants

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.chat.search_index import SearchIndex
    from engage.hub.model import Conversation, Event
    from engage.people.model import Principal
    from engage.storage.database import Database
    from engage.storage.script import Dialect

TRIGRAM = 3
"""Code points; shorter terms are in no trigram index and are compared one by one."""
_FTS = table("message_fts", column("rowid"), column("message_fts"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; `place` goes into the cursor, `excerpt` is before, hit, after."""

    place: int
    conversation: Conversation
    title: str
    event: Event
    excerpt: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched, and where."""

    terms: list[str]
    conversation_id: str | None = None
    kind: str | None = None
    before: int | None = None
    limit: int = 20


class Search:
    """Finds messages. One at a time: a long search holds up other searches, nothing else."""

    def __init__(self, database: Database, index: SearchIndex) -> None:
        self._database, self._index = database, index
        self._turn = asyncio.Semaphore(1)

    async def find(
        self,
        principal: Principal,
        query: str,
        *,
        conversation_id: str | None = None,
        kind: str | None = None,
        before: int | None = None,
        limit: int = 20,
    ) -> list[Hit]:
        """Messages of one's own conversations that hold every word, newest first.

        Raises:
            OnlyUsers: not a user of an extension.
        """
        if principal.kind != "user":
            raise OnlyUsers
        wanted = Wanted(terms(query), conversation_id, kind, before, limit)
        if not wanted.terms:
            return []
        await self._index.settled()
        async with self._turn, self._database.read() as connection:
            return await hits(connection, self._database.dialect, principal.who, wanted)


async def hits(
    connection: AsyncConnection, dialect: Dialect, who: str, wanted: Wanted
) -> list[Hit]:
    """Rows as values; what the participant may not see is not among them."""
    found = (await connection.execute(_places(dialect, who, wanted))).all()
    if not found:
        return []
    rows = await connection.execute(
        select(events, message_texts.c.id.label("place"))
        .join(
            message_texts,
            and_(
                message_texts.c.conversation_id == events.c.conversation_id,
                message_texts.c.seq == events.c.seq,
            ),
        )
        .where(message_texts.c.id.in_([row.id for row in found]))
        .order_by(message_texts.c.id.desc())
    )
    messages = [(row.place, event_of(row)) for row in rows]
    identifiers = {event.conversation_id for _, event in messages}
    heads = await _heads(connection, who, identifiers)
    return [
        Hit(
            place,
            *heads[event.conversation_id],
            event,
            excerpt(text_of(event.kind, event.body), wanted.terms),
        )
        for place, event in messages
        if text_of(event.kind, event.body)  # it may have been deleted a moment ago
    ]


def _places(dialect: Dialect, who: str, wanted: Wanted) -> Select[Any]:
    """Which messages, newest first."""
    long = [each for each in wanted.terms if len(each) >= TRIGRAM]
    indexed = dialect == "sqlite" and bool(long) and wanted.conversation_id is None
    compared = [each for each in wanted.terms if not (indexed and each in long)]
    matches: list[ColumnElement[bool]] = [
        message_texts.c.folded.contains(each, autoescape=True) for each in compared
    ]
    query = (
        select(message_texts.c.id)
        .join(participants, participants.c.conversation_id == message_texts.c.conversation_id)
        .where(
            participants.c.who == who,
            participants.c.left_at_ms.is_(None),
            message_texts.c.seq > participants.c.from_seq,
            or_(participants.c.sees_notes, ~message_texts.c.note),
            *matches,
        )
        .limit(wanted.limit)
    )
    place: ColumnElement[int] = message_texts.c.id
    if indexed:
        # Ordered by the index's own row number: it is read from the newest hit on, never sorted.
        place = _FTS.c.rowid
        phrases = " ".join('"' + each.replace('"', '""') + '"' for each in long)
        query = query.join(_FTS, _FTS.c.rowid == message_texts.c.id).where(
            _FTS.c.message_fts.op("MATCH")(phrases)
        )
    query = query.order_by(place.desc())
    if wanted.conversation_id is not None:
        query = query.where(message_texts.c.conversation_id == wanted.conversation_id)
    if wanted.kind is not None:
        query = query.join(
            conversations, conversations.c.id == message_texts.c.conversation_id
        ).where(conversations.c.kind == wanted.kind)
    if wanted.before is not None:
        query = query.where(place < wanted.before)
    return query


async def _heads(
    connection: AsyncConnection, who: str, identifiers: set[str]
) -> dict[str, tuple[Conversation, str]]:
    """Conversations with what the reader calls them: the other person where there is no title."""
    found = await connection.execute(
        select(conversations).where(conversations.c.id.in_(identifiers))
    )
    heads = [conversation_of(row) for row in found]
    untitled = [each.id for each in heads if not each.title]
    names: dict[str, str] = {}
    for row in await connection.execute(
        select(participants.c.conversation_id, participants.c.name).where(
            participants.c.conversation_id.in_(untitled), participants.c.who != who
        )
    ):
        names.setdefault(row.conversation_id, row.name)
    return {each.id: (each, each.title or names.get(each.id, "")) for each in heads}
