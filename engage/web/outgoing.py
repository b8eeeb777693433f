"""What waits to be sent on one socket: measured, bounded, and shortened when its reader is slow.

Stands in for the queue of an Engine.IO socket, which knows no bounds. Pushed events are hints: a
reader who lags gets one `head` for each conversation in their place and asks for the rest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

PUSH_LIMIT = 256 * 1024  # pushed bytes waiting: above it events shrink to heads
SLOW_LIMIT = 1024 * 1024  # above it the connection is closed
LONGEST_WAIT_S = 10.0
BATCH = 64 * 1024  # what the writer takes at once, so that most of what waits is counted here
JOIN_S = 2.0
PING = 2  # Engine.IO's number of it


class Wire(Protocol):
    """A WebSocket that can be written to at once; `protocol.SocketProtocol` in the product."""

    def write_now(self, frame: bytes) -> bool:
        """Write, or say that something waits before it."""
        ...

    def abort(self) -> None:
        """Drop the connection."""
        ...


class Packet(Protocol):
    """An Engine.IO packet; encodes itself once."""

    packet_type: int

    def encode(self, b64: bool = False) -> str | bytes:
        """The packet's text."""
        ...


@dataclass(frozen=True, slots=True)
class Push:
    """A hint that may be shortened for a slow reader.

    `short` makes what stands for it and all before it of the same `key`: of an event, the head of
    its conversation. Without `short` the newest of a `key` stands for the others. `key` None: what
    must arrive as it is, unless it is `droppable`.
    """

    packet: Packet
    frame: bytes
    key: Hashable | None = None
    short: Callable[[], Packet] | None = None
    droppable: bool = False


@dataclass(slots=True)
class Entry:
    """One thing that waits, since `at`."""

    packet: Packet | None
    size: int
    at: float
    push: Push | None = None


class Outgoing:
    """One socket's queue; takes the place of `asyncio.Queue` under an Engine.IO socket."""

    __slots__ = (
        "_batch",
        "_clock",
        "_drained",
        "_ended",
        "_entries",
        "_frame_of",
        "_getters",
        "_lagging",
        "_newest",
        "bytes",
        "pushed_bytes",
        "wire",
    )

    def __init__(
        self, frame_of: Callable[[str], bytes], clock: Callable[[], float] | None = None
    ) -> None:
        self._entries: deque[Entry] = deque()
        self._getters: deque[asyncio.Future[Any]] = deque()
        self._drained: list[asyncio.Future[None]] = []
        self._newest: dict[Hashable, Entry] = {}
        self._lagging = False
        self._ended = False  # the writer took the end: nobody will take what comes now
        self._batch = 0
        self._clock = clock or asyncio.get_running_loop().time
        self._frame_of = frame_of
        self.bytes = 0
        self.pushed_bytes = 0
        self.wire: Wire | None = None

    async def put(self, packet: Packet | None) -> None:
        """Add what must be sent."""
        self.put_nowait(packet)

    def put_nowait(self, packet: Packet | None) -> None:
        """Add what must be sent: acknowledgements, pings, the end (None).

        Pings never pass the writer by: it takes a queue that stays empty between them for a
        connection that is gone, and closes it.
        """
        if packet is None:
            self._append(Entry(None, 0, self._clock()))
            return
        text = packet.encode()
        at_once = packet.packet_type != PING and self._idle
        if at_once and isinstance(text, str) and self._write(self._frame_of(text)):
            return
        self._append(Entry(packet, len(text), self._clock()))

    def get(self) -> asyncio.Future[Any]:
        """The next packet; a plain future, so that `wait_for` needs no task of its own."""
        self._batch = 0
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._entries:
            future.set_result(self._take())
        else:
            self._getters.append(future)
        return future

    def get_nowait(self) -> Packet | None:
        """The next packet, as long as the writer's batch is not full."""
        if not self._entries or self._batch >= BATCH:
            raise asyncio.QueueEmpty
        return self._take()

    def task_done(self) -> None:
        """Engine.IO calls it on taking, not on sending: nothing to learn from it."""

    async def join(self) -> None:
        """Wait until the writer took everything, but not for a reader who does not read."""
        await self.drained(0, JOIN_S)

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._entries

    @property
    def waited_s(self) -> float:
        """How long the oldest entry waits."""
        return self._clock() - self._entries[0].at if self._entries else 0.0

    @property
    def slow(self) -> bool:
        """Whether even what could be shortened is too much."""
        return self.pushed_bytes > SLOW_LIMIT

    def push(self, push: Push) -> None:
        """Add a hint: written at once to an idle socket, shortened for one that lags."""
        if self._idle and self._write(push.frame):
            return
        full = self.pushed_bytes + len(push.frame) > PUSH_LIMIT
        if self._entries and not self._lagging and (full or self.waited_s > LONGEST_WAIT_S):
            self._shorten()
        if self._lagging:
            self._push_short(push, self._clock())
        else:
            self._append(Entry(push.packet, len(push.frame), self._clock(), push))

    async def drained(self, below: int, timeout_s: float) -> bool:
        """Wait until at most `below` bytes wait; False when it took too long."""
        if self.bytes <= below and (below or not self._entries):
            return True
        deadline = self._clock() + timeout_s
        while self.bytes > below or (not below and self._entries):
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._drained.append(future)
            try:
                await asyncio.wait_for(future, deadline - self._clock())
            except TimeoutError:
                return False
        return True

    def clear(self) -> None:
        """Drop everything that waits."""
        self._entries.clear()
        self._newest.clear()
        self.bytes = self.pushed_bytes = 0

    @property
    def _idle(self) -> bool:
        """The writer waits for more: nothing is before what comes now."""
        return (
            self.wire is not None
            and not self._entries
            and bool(self._getters)
            and not self._getters[0].done()
        )

    def _write(self, frame: bytes) -> bool:
        return self.wire is not None and self.wire.write_now(frame)

    def _append(self, entry: Entry) -> None:
        if self._ended and entry.packet is not None:
            return
        while self._getters:
            getter = self._getters.popleft()
            if not getter.done():
                self._batch += entry.size
                self._ended = entry.packet is None
                getter.set_result(entry.packet)
                return
        self._entries.append(entry)
        self._count(entry, 1)

    def _take(self) -> Packet | None:
        entry = self._entries.popleft()
        self._count(entry, -1)
        self._ended = entry.packet is None and not self._entries
        self._batch += entry.size
        if not self._entries:
            self._lagging = False
            self._newest.clear()
        if self._drained:
            waiting, self._drained = self._drained, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        return entry.packet

    def _count(self, entry: Entry, sign: int) -> None:
        self.bytes += sign * entry.size
        if entry.push is not None:
            self.pushed_bytes += sign * entry.size

    def _shorten(self) -> None:
        """Replace what waits: events by heads, states by the newest, passing things by nothing."""
        self._lagging = True
        waiting, self._entries = self._entries, deque()
        self.bytes = self.pushed_bytes = 0
        for entry in waiting:
            if entry.push is None:
                self._append(entry)
            else:
                self._push_short(entry.push, entry.at)

    def _push_short(self, push: Push, at: float) -> None:
        if push.droppable:
            return
        packet = push.packet if push.short is None else push.short()
        entry = Entry(packet, len(packet.encode()), at, push)
        known = None if push.key is None else self._newest.get(push.key)
        if known is None:
            if push.key is not None:
                self._newest[push.key] = entry
            self._append(entry)
        else:
            self._count(known, -1)
            known.packet, known.size, known.push = entry.packet, entry.size, push
            self._count(known, 1)
