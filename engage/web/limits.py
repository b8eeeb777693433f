"""Token buckets: how often something may happen, with a burst. Without I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then `per_s` each second."""

    burst: float
    per_s: float


class Bucket:
    """One bucket; times are seconds on the caller's monotonic clock."""

    __slots__ = ("_filled_at", "_level", "_rate")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate, self._level, self._filled_at = rate, rate.burst, now

    def reserve(self, now: float) -> float:
        """Take one, now or ahead of time: the seconds to wait before it may be used."""
        rate = self._rate
        refilled = self._level + (now - self._filled_at) * rate.per_s
        self._level = min(rate.burst, refilled) - 1
        self._filled_at = now
        return max(0.0, -self._level / rate.per_s)

    def take(self, now: float) -> float:
        """Take one: 0 when there was one, else the seconds until there will be."""
        rate = self._rate
        level = min(rate.burst, self._level + (now - self._filled_at) * rate.per_s)
        self._filled_at = now
        if level >= 1:
            self._level = level - 1
            return 0.0
        self._level = level
        return (1 - level) / rate.per_s
