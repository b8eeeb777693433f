"""How often a source may speak: so many a second, and a burst. Pure; time is an argument."""

from __future__ import annotations

from typing import NamedTuple

from pbxcore.defence.forgetful import Forgetful


class Rate(NamedTuple):
    """So many a second in the long run, and at most `burst` at once."""

    per_s: float
    burst: int


class Rates:
    """The generic cell rate algorithm (ITU-T I.371): one number for each source.

    The number is the moment at which the source's burst will be whole again. A source that has been
    silent long enough looks like one that never spoke, so forgetting it costs nothing.
    """

    __slots__ = ("_whole_at",)

    def __init__(self, most: int) -> None:
        self._whole_at: Forgetful[float] = Forgetful(most)

    def take(self, source: str, rate: Rate, now: float) -> bool:
        """Count one; False, uncounted, when the source has spoken too often."""
        whole_at = self._whole_at.get(source)
        if whole_at is None or whole_at < now:
            whole_at = now
        if whole_at - now > (rate.burst - 0.5) / rate.per_s:  # half: sums of floats are not exact
            return False
        self._whole_at.put(source, whole_at + 1 / rate.per_s)
        return True
