"""What is due when: one heap for everything that waits for a time."""

from __future__ import annotations

import enum
import heapq
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


class Due(enum.Enum):
    """What becomes due, of a caller, an offer, an agent or a queue."""

    LEASE = enum.auto()
    REACH = enum.auto()
    WAIT = enum.auto()
    RETRY = enum.auto()
    WIDEN = enum.auto()
    PROGRESS = enum.auto()
    ANNOUNCE = enum.auto()
    PROMPT = enum.auto()
    CALLBACK_OFFER = enum.auto()
    CALLBACK_RING = enum.auto()
    CALLBACK_AGAIN = enum.auto()
    CALLBACK_EXPIRY = enum.auto()
    CONNECT = enum.auto()
    WRAP_UP = enum.auto()
    REST = enum.auto()
    EMPTY = enum.auto()


OF_CALLERS: Final = frozenset(
    (
        *(Due.WAIT, Due.RETRY, Due.WIDEN, Due.PROGRESS, Due.ANNOUNCE, Due.PROMPT),
        Due.CONNECT,
        *(Due.CALLBACK_OFFER, Due.CALLBACK_RING, Due.CALLBACK_AGAIN, Due.CALLBACK_EXPIRY),
    )
)
Key = tuple[Due, "str | int"]


class Timers:
    """Each key is due once, at the time last set for it."""

    def __init__(self) -> None:
        self._at: dict[Key, float] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._at)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._at)

    def __contains__(self, key: Key) -> bool:
        return key in self._at

    def set(self, what: Due, of: str | int, at: float) -> None:
        """Let it be due then, and not when it was before."""
        key = what, of
        if self._at.get(key) == at:
            return
        self._at[key] = at
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, key))
        if len(self._heap) > 2 * len(self._at) + 64:
            self._heap = [each for each in self._heap if self._at.get(each[2]) == each[0]]
            heapq.heapify(self._heap)

    def drop(self, what: Due, of: str | int) -> None:
        """Let it not be due."""
        self._at.pop((what, of), None)

    @property
    def deadline(self) -> float | None:
        """When the next thing is due."""
        while self._heap:
            at, _, key = self._heap[0]
            if self._at.get(key) == at:
                return at
            heapq.heappop(self._heap)
        return None

    def due(self, now: float) -> Iterator[Key]:
        """What is due by now, in order; what one of them sets or drops counts already."""
        while (at := self.deadline) is not None and at <= now:
            key = heapq.heappop(self._heap)[2]
            del self._at[key]
            yield key
