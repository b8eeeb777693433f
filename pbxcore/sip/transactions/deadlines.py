"""Many machines' deadlines, of which only the earliest needs a timer."""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


_MOST_STALE: Final = 64


class Planned:
    """When somebody is looked at; nobody any more when that was given up.

    Until that moment the plan is kept, and nothing of a call that is over may be kept with it: it
    would grow old enough for the collector to pass it by for hours.
    """

    __slots__ = ("at", "timed")

    def __init__(self, at: float, timed: Timed) -> None:
        self.at = at
        self.timed: Timed | None = timed


class Timed(Protocol):
    """Whatever has a deadline, in seconds; None when it has none any more."""

    planned: Planned | None
    """For `Deadlines` alone: when it will look at this one; None at first."""

    @property
    def deadline(self) -> float | None:
        """When `tick` is next due."""
        ...

    def tick(self, now: float) -> None:
        """Let time pass."""
        ...


class Deadlines:
    """Ticks what is due. A deadline that moved away is found out when it comes up, not before.

    Args:
        arm: asked to call `tick` at a moment; a later call stands for all before.
    """

    def __init__(self, arm: Callable[[float], None]) -> None:
        self._arm = arm
        self._heap: list[tuple[float, int, Planned]] = []
        self._order = count()
        self._armed: float | None = None
        self._stale = 0  # plans that were given up

    @property
    def deadline(self) -> float | None:
        """When `tick` is next due; it may then find nothing to do."""
        return self._heap[0][0] if self._heap else None

    def watch(self, timed: Timed) -> None:
        """Tick this one at its deadlines; to be called again when one came or moved closer."""
        deadline, planned = timed.deadline, timed.planned
        if deadline is None or (planned is not None and planned.at <= deadline):
            return
        if planned is not None:
            planned.timed = None
            self._stale += 1
        self._push(deadline, timed)
        self._need(deadline)

    def drop(self, timed: Timed) -> None:
        """Tick it no more: what ends long before its deadline shall not be kept until then."""
        planned = timed.planned
        if planned is None:
            return
        timed.planned = planned.timed = None
        self._stale += 1
        if self._stale > _MOST_STALE and self._stale > len(self._heap) // 2:
            self._heap[:] = [each for each in self._heap if each[2].timed is not None]
            heapq.heapify(self._heap)
            self._stale = 0

    def tick(self, now: float) -> None:
        """Tick what is due, and ask for the next moment."""
        self._armed = None
        heap = self._heap
        while heap and heap[0][0] <= now:
            planned = heapq.heappop(heap)[2]
            timed = planned.timed
            if timed is None:
                self._stale -= 1
                continue
            timed.planned = None
            deadline = timed.deadline
            if deadline is None:
                continue
            if deadline <= now:
                timed.tick(now)
                deadline = timed.deadline
            if deadline is not None and timed.planned is None:
                # one that is still due has to wait for the next round: no machine may hold us here
                self._push(max(deadline, now), timed)
                if deadline <= now:
                    break
        if heap:
            self._need(heap[0][0])

    def clear(self) -> None:
        """Tick nothing any more."""
        self._heap.clear()
        self._stale = 0

    def _need(self, deadline: float) -> None:
        if self._armed is None or deadline < self._armed:
            self._armed = deadline
            self._arm(deadline)

    def _push(self, deadline: float, timed: Timed) -> None:
        timed.planned = planned = Planned(deadline, timed)
        heapq.heappush(self._heap, (deadline, next(self._order), planned))
