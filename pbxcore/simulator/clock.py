"""Time that passes only when there is something to do."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Planned:
    """Something that will be done, unless it is cancelled before."""

    __slots__ = ("action", "at")

    def __init__(self, at: float, action: Callable[[], object]) -> None:
        self.at = at
        self.action: Callable[[], object] | None = action

    def cancel(self) -> None:
        """Never do it."""
        self.action = None


class Clock:
    """What is planned happens in order of time, and of planning within one moment."""

    def __init__(self) -> None:
        self.now = 0.0
        self.steps = 0
        """How many things have happened."""
        self._planned: list[tuple[float, int, Planned]] = []
        self._order = count()

    def at(self, moment: float, action: Callable[[], object]) -> Planned:
        """Do something at a moment, or at once when that has passed."""
        planned = Planned(max(moment, self.now), action)
        heapq.heappush(self._planned, (planned.at, next(self._order), planned))
        return planned

    def after(self, seconds: float, action: Callable[[], object]) -> Planned:
        """Do something in a while."""
        return self.at(self.now + seconds, action)

    def step(self, until: float = math.inf) -> bool:
        """Do the next thing, if it is due by then; whether there was one."""
        while self._planned and self._planned[0][0] <= until:
            at, _, planned = heapq.heappop(self._planned)
            action, planned.action = planned.action, None
            if action is not None:
                self.now = at
                self.steps += 1
                action()
                return True
        return False
