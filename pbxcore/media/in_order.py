"""Sound in the order it was sent, none of it made up or left out: modems need each sample.

What waits for nothing comes at once: a modem needs no clock, as a listener does.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

_PATIENCE: Final = 5
"""Packets after a missing one until it is lost."""
_LONGEST_GAP: Final = 50
"""Packets missing in a row; more are another beginning."""


class InOrder(Generic[Item]):
    """For one source; what comes out is an item, or None for one that is lost."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, Item] = {}

    def put(self, sequence: int, item: Item) -> list[Item | None]:
        """Take one; what is next now."""
        if self._next is None:
            self._next = sequence
        ahead = (sequence - self._next) & 0xFFFF
        if ahead >= 0x10000 - _LONGEST_GAP:
            return []  # late, or twice
        if ahead > _LONGEST_GAP:
            self._waiting.clear()
            self._next, ahead = sequence, 0
        self._waiting[sequence] = item
        out: list[Item | None] = []
        while self._waiting:
            found = self._waiting.pop(self._next, None)
            if found is None and len(self._waiting) < _PATIENCE:
                break
            out.append(found)
            self._next = (self._next + 1) & 0xFFFF
        return out
