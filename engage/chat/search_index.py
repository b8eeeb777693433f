"""Keeps what is searched beside the log: after the commit, in portions, from where it had come.

The way of a message to its readers is not burdened with it. Nothing can be lost: how far each
conversation is taken in stands in the same transaction as its texts, and what is behind is found
at the start. A message that is edited or deleted leaves the index in that change's transaction.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import func, select

from engage.background import Worker
from engage.chat.search_rules import folded, place_of, text_of
from engage.hub.events import EventAppended
from engage.storage.script import Ask, Change, Fetch, Given, Script
from engage.storage.tables import conversations, search_progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.storage.database import Database
    from engage.storage.script import Row

PORTION: Final = 200
"""Events that are taken in together: the writer is held for some milliseconds."""
MOST_CONVERSATIONS: Final = 128
GATHER_S = 0.2
SEARCHED = ("message", "file", "note")
CORRECTIONS = ("edited", "deleted")
_decode = msgspec.json.Decoder(dict[str, Any]).decode

_PLACES = Given((("conversation_id", "text"), ("seq", "bigint")))
_BEHIND = Fetch(
    Given((("conversation_id", "text"),)),
    "conversation_id, seq, kind, body, at_ms",
    # The names and the number are constants of this program, never input.
    "(SELECT event.conversation_id, event.seq, event.kind, event.body, event.at_ms"  # noqa: S608
    " FROM given"
    " LEFT JOIN search_progress ON search_progress.conversation_id = given.conversation_id"
    " JOIN event ON event.conversation_id = given.conversation_id"
    " AND event.seq > coalesce(search_progress.seq, 0)"
    f" ORDER BY event.conversation_id, event.seq LIMIT {PORTION}) AS behind",
)
"""What comes after the places up to which conversations were taken in."""
_CORRECTED = Fetch(
    _PLACES,
    "event.conversation_id, event.seq, event.kind, event.body, event.at_ms",
    "given JOIN event ON event.conversation_id = given.conversation_id AND event.seq = given.seq",
)
_DROP = Change(
    _PLACES,
    "DELETE FROM message_text"
    " WHERE (conversation_id, seq) IN (SELECT conversation_id, seq FROM given)",
)
_HELD = Fetch(Given((("id", "bigint"),)), "message_text.id", "given JOIN message_text USING (id)")
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
    _PLACES,
    "INSERT INTO search_progress (conversation_id, seq) SELECT conversation_id, seq FROM given"
    " WHERE true ON CONFLICT (conversation_id) DO UPDATE SET seq = excluded.seq"
    " WHERE search_progress.seq < excluded.seq",
)


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
        """One portion: of as many conversations as fit in one statement."""
        count = 1 << (min(len(self._behind), MOST_CONVERSATIONS).bit_length() - 1)
        these = list(self._behind)[:count]
        for conversation_id in these:
            del self._behind[conversation_id]

        async def work(_: AsyncConnection) -> set[str]:
            return await self._database.run(_take_in(these))

        try:
            unfinished = await self._database.write(work)
        except BaseException:
            self._behind.update(dict.fromkeys(these))
            raise
        for conversation_id in unfinished:
            self._note(conversation_id)


def _take_in(conversation_ids: list[str]) -> Script[set[str]]:
    """Index what is new in these conversations, as it is now; which of them may have more."""
    found = yield Ask(_BEHIND, [(each,) for each in conversation_ids])
    until: dict[str, int] = {}
    texts: dict[tuple[str, int], Row] = {}
    corrected: set[tuple[str, int]] = set()
    for row in sorted(found, key=lambda row: (row[0], row[1])):
        conversation_id, seq, kind, body, _ = row
        until[conversation_id] = seq
        if kind in SEARCHED:
            texts[conversation_id, seq] = row
        elif kind in CORRECTIONS:
            corrected.add((conversation_id, _decode(body)["of"]))
    if corrected:
        for row in (yield Ask(_CORRECTED, sorted(corrected))):
            texts[row[0], row[1]] = row
        yield Ask(_DROP, sorted(corrected))
    if rows := (yield from _placed(texts.values())):
        yield Ask(_KEEP, rows)
    if until:
        yield Ask(_ADVANCE, list(until.items()))
    if len(found) < PORTION:
        return set()
    return {each for each in conversation_ids if each not in until} | {max(until)}


def _placed(events: Iterable[Row]) -> Script[list[tuple[Any, ...]]]:
    """Rows of the index, each with a number that no other message has."""
    rows: dict[int, tuple[Any, ...]] = {}
    placing: list[tuple[Any, ...]] = []
    for conversation_id, seq, kind, body, at_ms in events:
        text = folded(text_of(kind, _decode(body))) if kind in SEARCHED else ""
        if text:
            place = place_of(at_ms, conversation_id, seq)
            placing.append((place, conversation_id, seq, kind == "note", text))
    while placing:
        for wanted, *rest in placing:
            place = wanted
            while place in rows:
                place += 1
            rows[place] = (place, *rest)
        held = yield Ask(_HELD, [(place,) for place in rows])
        placing = [(place + 1, *rows.pop(place)[1:]) for (place,) in held]
    return list(rows.values())
