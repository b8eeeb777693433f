"""Keeps what is searched beside the log: after the commit, in portions, from where it had come.

The way of a message to its readers is not burdened with it. Nothing can be lost: how far each
conversation is taken in stands in the same transaction as its texts, and what is behind is found
at the start. A message that is edited or deleted leaves the index in that change's transaction.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import and_, delete, func, select

from engage.background import Worker
from engage.chat.search_rules import folded, place_of, text_of
from engage.hub.events import EventAppended
from engage.storage.script import Ask, Change, Given, Script
from engage.storage.tables import conversations, events, message_texts, search_progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.storage.database import Database

PORTION = 200
"""Events that are taken in together: the writer is held for some milliseconds."""
GATHER_S = 0.2
SEARCHED = ("message", "file", "note")
CORRECTIONS = ("edited", "deleted")
_decode = msgspec.json.Decoder(dict[str, Any]).decode

_KEEP = Change(
    Given(
        (
            ("id", "bigint"),
            ("conversation_id", "text"),
            ("seq", "bigint"),
            ("note", "boolean"),
            ("folded", "text"),
        )
    ),
    "INSERT INTO message_text (id, conversation_id, seq, note, folded)"
    " SELECT id, conversation_id, seq, note, folded FROM given",
)
_ADVANCE = Change(
    Given((("conversation_id", "text"), ("seq", "bigint"))),
    "INSERT INTO search_progress (conversation_id, seq) SELECT conversation_id, seq FROM given"
    " WHERE true ON CONFLICT (conversation_id) DO UPDATE SET seq = excluded.seq"
    " WHERE search_progress.seq < excluded.seq",
)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some events of one conversation, to be taken in: which messages, and up to where."""

    conversation_id: str
    messages: frozenset[int]
    until: int
    more: bool


class SearchIndex:
    """Takes messages in as they come, and catches up at the start."""

    def __init__(self, database: Database, bus: Events) -> None:
        self._database = database
        self._behind: dict[str, None] = {}  # in the order of their news
        self._idle = asyncio.Event()
        self._idle.set()
        self._hurry = asyncio.Event()
        self._worker = Worker("search index", self._catch_up, every_s=None)
        bus.listen(EventAppended, self._appended)

    async def start(self) -> None:
        """Find what is behind, and begin."""
        query = (
            select(conversations.c.id)
            .outerjoin(search_progress, search_progress.c.conversation_id == conversations.c.id)
            .where(conversations.c.last_seq > func.coalesce(search_progress.c.seq, 0))
            .order_by(conversations.c.id.desc())
        )
        async with self._database.read() as connection:
            for row in await connection.execute(query):
                self._note(row.id)
        self._worker.start()

    async def stop(self) -> None:
        """Leave the rest for the next start."""
        await self._worker.stop()

    async def settled(self, within_s: float = 1.0) -> None:
        """Wait until what was written so far can be found, but no longer than `within_s`."""
        if not self._worker.running:
            return
        self._hurry.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._idle.wait()

    def _appended(self, fact: EventAppended) -> None:
        if fact.event.kind in SEARCHED or fact.event.kind in CORRECTIONS:
            self._note(fact.conversation.id)

    def _note(self, conversation_id: str) -> None:
        self._behind[conversation_id] = None
        self._idle.clear()
        self._worker.wake()

    async def _catch_up(self) -> None:
        if self._behind:
            with suppress(TimeoutError):  # what comes together is taken in together
                async with asyncio.timeout(GATHER_S):
                    await self._hurry.wait()
        while self._behind:
            await self._take_in()
        self._hurry.clear()
        self._idle.set()

    async def _take_in(self) -> None:
        """One portion: of as many conversations as fit."""
        portions: list[Portion] = []
        room = PORTION
        async with self._database.read() as connection:
            for conversation_id in list(self._behind):
                if room <= 0:
                    break
                portion = await next_portion(connection, conversation_id, room)
                room -= max(1, len(portion.messages))
                portions.append(portion)
                del self._behind[conversation_id]
        try:
            await self._database.write(lambda connection: self._write(connection, portions))
        except BaseException:
            self._behind.update(dict.fromkeys(each.conversation_id for each in portions))
            raise
        for portion in portions:
            if portion.more:
                self._note(portion.conversation_id)

    async def _write(self, connection: AsyncConnection, portions: Iterable[Portion]) -> None:
        """Texts as they are now, so that the order of corrections does not matter."""
        rows: list[tuple[Any, ...]] = []
        taken: set[int] = set()
        for portion in portions:
            if not portion.messages:
                continue
            here = and_(
                message_texts.c.conversation_id == portion.conversation_id,
                message_texts.c.seq.in_(portion.messages),
            )
            await connection.execute(delete(message_texts).where(here))
            found = await connection.execute(
                select(events).where(
                    events.c.conversation_id == portion.conversation_id,
                    events.c.seq.in_(portion.messages),
                )
            )
            rows += [row for each in found if (row := _row(each, taken)) is not None]
        rows = await _free(connection, rows, taken)
        heads = [(portion.conversation_id, portion.until) for portion in portions]
        await self._database.run(_index(rows, heads))


async def next_portion(connection: AsyncConnection, conversation_id: str, limit: int) -> Portion:
    """What comes after the place up to which a conversation was taken in."""
    query = select(search_progress.c.seq).where(
        search_progress.c.conversation_id == conversation_id
    )
    after = await connection.scalar(query) or 0
    found = await connection.execute(
        select(events.c.seq, events.c.kind, events.c.body)
        .where(events.c.conversation_id == conversation_id, events.c.seq > after)
        .order_by(events.c.seq)
        .limit(limit)
    )
    rows = found.all()
    messages = {row.seq for row in rows if row.kind in SEARCHED}
    messages |= {_decode(row.body)["of"] for row in rows if row.kind in CORRECTIONS}
    until = rows[-1].seq if rows else after
    return Portion(conversation_id, frozenset(messages), until, len(rows) == limit)


def _row(event: Row[Any], taken: set[int]) -> tuple[Any, ...] | None:
    text = folded(text_of(event.kind, _decode(event.body)))
    if not text or event.kind not in SEARCHED:
        return None
    place = place_of(event.at_ms, event.conversation_id, event.seq)
    while place in taken:
        place += 1
    taken.add(place)
    return place, event.conversation_id, event.seq, event.kind == "note", text


async def _free(
    connection: AsyncConnection, rows: list[tuple[Any, ...]], taken: set[int]
) -> list[tuple[Any, ...]]:
    """Move on those whose number another message has already."""
    held = await connection.execute(
        select(message_texts.c.id).where(message_texts.c.id.in_([row[0] for row in rows]))
    )
    held_ids = set(held.scalars())
    if not held_ids:
        return rows
    free = []
    for place, *rest in rows:
        at = place
        while at in held_ids or (at != place and at in taken):
            at += 1
            query = select(message_texts.c.id).where(message_texts.c.id == at)
            if await connection.scalar(query) is not None:
                held_ids.add(at)
        taken.add(at)
        free.append((at, *rest))
    return free


def _index(rows: list[tuple[Any, ...]], heads: list[tuple[str, int]]) -> Script[None]:
    if rows:
        yield Ask(_KEEP, rows)
    yield Ask(_ADVANCE, heads)
