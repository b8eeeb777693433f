"""How long to wait before the next try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST_S: Final = 20.0
LONGEST_S: Final = 600.0
_SPREAD: Final = 0.2


class Backoff:
    """Waits that double with each failure, a little different each time.

    Args:
        chance: a number from 0 to 1, each as likely: many trunks that fail at once must not try
            again at once.
        shortest_s: the first wait, in seconds.
    """

    def __init__(self, chance: Callable[[], float], shortest_s: float = SHORTEST_S) -> None:
        self._chance = chance
        self._shortest_s = shortest_s
        self._failures = 0

    def reset(self) -> None:
        """It worked."""
        self._failures = 0

    def next(self) -> float:
        """It failed again: seconds to wait."""
        wait = min(self._shortest_s * 2.0 ** min(self._failures, 16), LONGEST_S)
        self._failures += 1
        return wait * (1 - _SPREAD + 2 * _SPREAD * self._chance())
