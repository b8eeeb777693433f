"""Who guesses PINs by phone has to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

MOST_FAILURES: Final = 6
LOCKED_S: Final = 900.0
_MOST_KNOWN: Final = 10_000


class Tries:
    """Wrong PINs, by who entered them where."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures: dict[tuple[str, str], list[float]] = {}

    def shut(self, service: str, caller: str) -> bool:
        """Whether so many were wrong within a quarter of an hour that none is asked for."""
        return len(self._recent(service, caller)) >= MOST_FAILURES

    def failed(self, service: str, caller: str) -> None:
        """One more was wrong."""
        recent = self._recent(service, caller)
        if len(self._failures) >= _MOST_KNOWN:
            self._failures.pop(next(iter(self._failures)))
        self._failures[service, caller] = [*recent, self._now().timestamp()]

    def _recent(self, service: str, caller: str) -> list[float]:
        since = self._now().timestamp() - LOCKED_S
        return [each for each in self._failures.get((service, caller), ()) if each > since]
