"""How often somebody's typing is told."""

from __future__ import annotations

INTERVAL_S = 3.0
_KEPT = 10_000


class TypingLimit:
    """Lets one notice through per author, conversation and three seconds."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._told: dict[tuple[str, str], float] = {}

    def allows(self, who: str, conversation_id: str, now: float) -> bool:
        """Whether to tell it now; `now` is in seconds on a monotonic clock."""
        key = (who, conversation_id)
        self._forget(now)
        if key in self._told:
            return False
        self._told[key] = now
        return True

    def reset(self, who: str, conversation_id: str) -> None:
        """Their message has come: what they type next is told at once."""
        self._told.pop((who, conversation_id), None)

    def _forget(self, now: float) -> None:
        """Drop what is over, and the oldest when there are too many; they stand in their order."""
        while self._told:
            oldest = next(iter(self._told))
            if now - self._told[oldest] < self._interval_s and len(self._told) < _KEPT:
                return
            del self._told[oldest]
