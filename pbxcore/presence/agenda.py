"""What is due when: one moment for each key, cheap to move further away."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    Key = TypeVar("Key", bound=Hashable)
else:
    Key = TypeVar("Key")


class Agenda(Generic[Key]):
    """Moments by key, in milliseconds.

    What is only put off, as a refresh does it, costs no new entry of the queue: the one that stands
    finds out when it comes up.
    """

    def __init__(self) -> None:
        self._moments: dict[Key, int] = {}
        self._armed: dict[Key, int] = {}  # the one entry of the queue that counts for a key
        self._queue: list[tuple[int, int, Key]] = []
        self._order = count()

    @property
    def next_ms(self) -> int | None:
        """When to ask `due` again; it may then find nothing."""
        return self._queue[0][0] if self._queue else None

    def put(self, key: Key, moment_ms: int) -> None:
        """Set or move the moment of a key."""
        self._moments[key] = moment_ms
        armed = self._armed.get(key)
        if armed is None or moment_ms < armed:
            self._armed[key] = moment_ms
            heapq.heappush(self._queue, (moment_ms, next(self._order), key))

    def drop(self, key: Key) -> None:
        """Forget a key."""
        self._moments.pop(key, None)

    def due(self, now_ms: int) -> Iterator[Key]:
        """Take the keys whose moment has come."""
        while self._queue and self._queue[0][0] <= now_ms:
            moment_ms, _, key = heapq.heappop(self._queue)
            if self._armed.get(key) != moment_ms:
                continue
            del self._armed[key]
            real_ms = self._moments.get(key)
            if real_ms is None:
                continue
            if real_ms > now_ms:
                self.put(key, real_ms)
            else:
                del self._moments[key]
                yield key
