"""How soon a part that ended is started again."""

from __future__ import annotations

FIRST_S, LONGEST_S = 0.2, 10.0
WELL_AFTER_S = 30.0


class Backoff:
    """Waits double from one end to the next, and start afresh after a time of being well."""

    def __init__(self) -> None:
        self._next_s = FIRST_S
        self._well_since: float | None = None

    def well(self, now: float) -> None:
        """The part serves, since `now`."""
        self._well_since = now

    def ended(self, now: float) -> float:
        """The part ended at `now`; seconds to wait before the next start."""
        if self._well_since is not None and now - self._well_since >= WELL_AFTER_S:
            self._next_s = FIRST_S
        self._well_since = None
        wait_s, self._next_s = self._next_s, min(self._next_s * 2, LONGEST_S)
        return wait_s
