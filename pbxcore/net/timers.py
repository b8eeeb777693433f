"""One timer of the event loop for many machines' deadlines."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio


class Timed(Protocol):
    """Whatever has a deadline: seconds of the loop's clock, None when it has none any more."""

    @property
    def deadline(self) -> float | None:
        """When `tick` is next due."""
        ...

    def tick(self, now: float) -> None:
        """Let time pass."""
        ...


class Deadlines:
    """Ticks what is due. A deadline that moved away is found out when it comes up, not before."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[float, int, Timed]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, timed: Timed) -> None:
        """Tick this one at its deadlines; to be called again only for an earlier one."""
        deadline = timed.deadline
        if deadline is None:
            return
        heapq.heappush(self._heap, (deadline, next(self._order), timed))
        if self._timer is None or deadline < self._timer.when():
            self._arm(deadline)

    def close(self) -> None:
        """Tick nothing any more."""
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, deadline: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = self._loop.time()
        heap = self._heap
        while heap and heap[0][0] <= now:
            planned, _, timed = heapq.heappop(heap)
            deadline = timed.deadline
            if deadline is None:
                continue
            if deadline <= now:
                timed.tick(now)
                deadline = timed.deadline
            if deadline is not None and deadline > planned:
                heapq.heappush(heap, (deadline, next(self._order), timed))
        if heap and self._timer is None:
            self._arm(heap[0][0])
