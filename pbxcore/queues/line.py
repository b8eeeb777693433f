"""Those who wait for one queue, in the order in which they are served."""

from __future__ import annotations

from bisect import bisect_left, insort
from math import inf, nextafter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.queues.floor import Waiting

Order = tuple[int, float, float]
"""Higher priority first (negated), then who entered earlier, then who came earlier."""


class Line:
    """Ordered by `Waiting.order`, which may not change while somebody stands in it."""

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._callers: dict[Order, Waiting] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Waiting]:
        return (self._callers[order] for order in self._orders)

    def __getitem__(self, index: int) -> Waiting:
        return self._callers[self._orders[index]]

    def __contains__(self, caller: Waiting) -> bool:
        return self._callers.get(caller.order) is caller

    def add(self, caller: Waiting) -> None:
        """Let somebody stand in it; just after somebody of the very same order."""
        while (other := self._callers.get(caller.order)) is not None:
            if other is caller:
                return
            priority, entered, turn = caller.order
            caller.order = priority, entered, nextafter(turn, inf)
        insort(self._orders, caller.order)
        self._callers[caller.order] = caller

    def remove(self, caller: Waiting) -> None:
        """Let somebody stand in it no more."""
        if caller in self:
            del self._callers[caller.order]
            del self._orders[bisect_left(self._orders, caller.order)]

    def position(self, caller: Waiting) -> int:
        """1 for the first; of somebody who does not stand in it: where he would."""
        return bisect_left(self._orders, caller.order) + 1

    def order_at(self, position: int) -> Order:
        """An order that gives this position to somebody who does not stand in it; not if empty."""
        index = min(max(position, 1), len(self._orders) + 1) - 1
        if index == len(self._orders):
            priority, entered, turn = self._orders[-1]
            return priority, entered, turn + 1.0
        priority, entered, turn = self._orders[index]
        before = self._orders[index - 1] if index else (priority, entered, turn - 2.0)
        least = before[2] if before[:2] == (priority, entered) else turn - 2.0
        return priority, entered, (least + turn) / 2
