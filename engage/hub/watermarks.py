"""How far each participant has come: marks that only move forward, written a few times a second."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.errors import Unavailable
from engage.hub.model import authors_of
from engage.storage.script import Ask, Change, Dialect, Fetch, Given, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engage.hub.rooms import Room
    from engage.storage.database import Database

log = logging.getLogger(__name__)

INTERVAL_S = 0.5
"""A conversation's marks of one participant are written at most this often (seconds)."""

_MARKS = Given(
    (
        ("conversation_id", "text"),
        ("who", "text"),
        ("delivered", "bigint"),
        ("read", "bigint"),
        ("agent", "text"),
        ("person", "text"),
        ("phone", "text"),
    )
)
_MOVE = Change(
    _MARKS,
    "UPDATE participant SET"
    " delivered_seq = CASE WHEN delivered_seq < given.delivered THEN given.delivered"
    " ELSE delivered_seq END,"
    " read_seq = CASE WHEN read_seq < given.read THEN given.read ELSE read_seq END"
    " FROM given WHERE participant.conversation_id = given.conversation_id"
    " AND participant.who = given.who",
)
# The next unread event is the first after the mark that counts (COUNTED_KINDS), is somebody else's
# and may be seen.
_READ = Change(
    _MARKS,
    "UPDATE inbox SET (first_unread_seq, unread_since_ms) = ("
    "SELECT event.seq, event.at_ms FROM event"
    " WHERE event.conversation_id = given.conversation_id"
    " AND event.seq > participant.read_seq AND event.seq > participant.from_seq"
    " AND event.kind IN ('message', 'file', 'note')"
    " AND (participant.sees_notes OR event.kind <> 'note')"
    " AND event.author NOT IN (given.agent, given.person, given.phone)"
    " ORDER BY event.seq LIMIT 1)"
    " FROM given, participant"
    " WHERE participant.conversation_id = given.conversation_id AND participant.who = given.who"
    " AND inbox.conversation_id = given.conversation_id AND inbox.owner = given.who"
    " AND inbox.first_unread_seq IS NOT NULL AND inbox.first_unread_seq <= participant.read_seq",
)
_NOW = Fetch(
    _MARKS,
    "participant.conversation_id, participant.who, participant.delivered_seq,"
    " participant.read_seq, inbox.first_unread_seq",
    "given JOIN participant ON participant.conversation_id = given.conversation_id"
    " AND participant.who = given.who"
    " LEFT JOIN inbox ON inbox.conversation_id = given.conversation_id"
    " AND inbox.owner = given.who",
)


@dataclass(slots=True)
class Mark:
    """A mark on its way to the disk."""

    room: Room
    who: str
    delivered: int
    read: int

    @property
    def key(self) -> tuple[str, str]:
        """Whose mark it is, and where."""
        return self.room.conversation.id, self.who


@dataclass(frozen=True, slots=True)
class Moved:
    """A mark as it stands after the commit."""

    delivered: int
    read: int
    unread: bool


class MarkBatch:
    """Writes marks in batches, after the events of the same transaction."""

    order = 1

    def __init__(self, dialect: Dialect, moved: Callable[[Mark, Moved], None]) -> None:
        self._moved = moved

    def script(self, items: Sequence[Mark]) -> Script[list[Moved | Exception | None]]:
        """Move the marks forward and say how they stand; None for one who is no participant."""
        rows = sorted(
            (*mark.key, mark.delivered, mark.read, *(authors_of(mark.who) * 3)[:3])
            for mark in items
        )
        yield Ask(_MOVE, rows)
        yield Ask(_READ, rows)
        found = yield Ask(_NOW, rows)
        stand = {(row[0], row[1]): Moved(row[2], row[3], row[4] is not None) for row in found}
        return [stand.get(mark.key) for mark in items]

    def committed(self, item: Mark, result: Moved | None) -> None:
        """Hear from the writer that a mark is on disk."""
        if result is not None:
            self._moved(item, result)


class Watermarks:
    """Gathers marks and writes them together; a crash may lose the last half second of them."""

    def __init__(
        self,
        database: Database,
        moved: Callable[[Mark, Moved], None],
        *,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._database, self._interval_s = database, interval_s
        self._batch = MarkBatch(database.dialect, moved)
        self._pending: dict[tuple[str, str], Mark] = {}
        self._written: dict[tuple[str, str], float] = {}  # when, on the loop's clock
        self._timer: asyncio.TimerHandle | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._stopped = False

    def move(self, room: Room, who: str, *, delivered: int = 0, read: int = 0) -> None:
        """Note how far a participant has come; what was read was delivered too."""
        mark = Mark(room, who, max(delivered, read), read)
        pending = self._pending.setdefault(mark.key, mark)
        pending.delivered = max(pending.delivered, mark.delivered)
        pending.read = max(pending.read, mark.read)
        self._arm()

    async def stop(self) -> None:
        """Write what waits."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._flushing is not None:
            await self._flushing
        await self._flush(everything=True)

    def _arm(self) -> None:
        if self._timer is not None or self._stopped or not self._pending:
            return
        loop = asyncio.get_running_loop()
        earliest = min(self._due(key) for key in self._pending)
        self._timer = loop.call_at(max(earliest, loop.time()), self._ring)

    def _due(self, key: tuple[str, str]) -> float:
        return self._written.get(key, 0.0) + self._interval_s

    def _ring(self) -> None:
        self._timer = None
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush(), name="watermarks")
            self._flushing.add_done_callback(lambda _: self._arm())

    async def _flush(self, *, everything: bool = False) -> None:
        now = asyncio.get_running_loop().time()
        due = [key for key in self._pending if everything or self._due(key) <= now]
        marks = [self._pending.pop(key) for key in due]
        if not marks:
            return
        self._written = {
            key: at for key, at in self._written.items() if at + self._interval_s > now
        } | dict.fromkeys(due, now)
        results = await asyncio.gather(
            *(self._written_down(mark) for mark in marks), return_exceptions=True
        )
        for mark, result in zip(marks, results, strict=True):
            if isinstance(result, Unavailable) and not self._stopped:
                self._again(mark)
            elif isinstance(result, BaseException):
                log.error("watermark not written", extra={"error": repr(result)})

    async def _written_down(self, mark: Mark) -> Moved | None:
        return await self._database.submit(self._batch, mark)

    def _again(self, mark: Mark) -> None:
        pending = self._pending.setdefault(mark.key, mark)
        pending.delivered = max(pending.delivered, mark.delivered)
        pending.read = max(pending.read, mark.read)
