"""How often something may happen: the generic cell rate algorithm (ITU-T I.371).

Pure; times are seconds on one clock of the caller's, whichever it is. All that is kept of a subject
is the moment at which its burst will be whole again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.forgetful import Forgetful

if TYPE_CHECKING:
    from collections.abc import Sequence

_SLACK: Final = 0.001
"""How much of one may be wanting: sums of floats are not exact."""
_WHOLE: Final = float("-inf")


class Rate(NamedTuple):
    """At most `burst` at once, and so many a second in the long run; `math.inf`: no bound."""

    per_s: float
    burst: int

    @classmethod
    def spread(cls, count: int, over_s: float) -> Rate:
        """So many at once, then as many again spread over that time."""
        return cls(count / over_s, count)


class RateLimit:
    """The limit of one subject; a clock that is set back is followed."""

    __slots__ = ("_asked_at", "_rate", "_whole_at")

    def __init__(self, rate: Rate) -> None:
        self._rate, self._whole_at, self._asked_at = rate, _WHOLE, _WHOLE

    def available(self, now: float) -> int:
        """How many may be taken at once."""
        self._follow(now)
        spent_s = self._whole_at - now
        if spent_s <= 0:
            return self._rate.burst
        return max(0, int(self._rate.burst - spent_s * self._rate.per_s + _SLACK))

    def wait_s(self, now: float) -> float:
        """How long until one may be taken."""
        self._follow(now)
        return _wait_s(self._whole_at, self._rate, now)

    def reserve(self, now: float) -> float:
        """Take one, now or ahead of time: the seconds to wait before it may be used."""
        self._follow(now)
        wait_s = _wait_s(self._whole_at, self._rate, now)
        self._whole_at = _taken(self._whole_at, self._rate, now)
        return wait_s

    def _follow(self, now: float) -> None:
        if now < self._asked_at:  # else all would wait until it is as late again
            self._whole_at -= self._asked_at - now
        self._asked_at = now


class RateLimits:
    """The limits of many subjects, each by its name.

    One that has been silent long enough looks like one that never came, so forgetting it costs
    nothing; `most` are remembered, the latest.
    """

    __slots__ = ("_whole_at",)

    def __init__(self, most: int) -> None:
        self._whole_at: Forgetful[float] = Forgetful(most)

    def take(self, subject: str, rate: Rate, now: float) -> float:
        """Count one: 0 when it may be, else the seconds until it may, and it is not counted."""
        whole_at = self._held(subject, rate, now)
        if wait_s := _wait_s(whole_at, rate, now):
            return wait_s
        self._whole_at.put(subject, _taken(whole_at, rate, now))
        return 0.0

    def take_all(self, wanted: Sequence[tuple[str, Rate]], now: float) -> float:
        """Count one for each of several subjects, or for none of them: as `take`."""
        held = [(each, self._held(each, rate, now), rate) for each, rate in wanted]
        if wait_s := max(_wait_s(whole_at, rate, now) for _, whole_at, rate in held):
            return wait_s
        for subject, whole_at, rate in held:
            self._whole_at.put(subject, _taken(whole_at, rate, now))
        return 0.0

    def forgive(self, subject: str) -> None:
        """Let its burst be whole again."""
        self._whole_at.drop(subject)

    def _held(self, subject: str, rate: Rate, now: float) -> float:
        held = self._whole_at.get(subject)
        if held is None:
            return _WHOLE
        latest = now + rate.burst / rate.per_s
        if held > latest:  # the clock was set back, which shall lock nobody out for as long
            self._whole_at.put(subject, latest)
            return latest
        return held


def _wait_s(whole_at: float, rate: Rate, now: float) -> float:
    early_s = whole_at - now - (rate.burst - 1) / rate.per_s
    return early_s if early_s * rate.per_s > _SLACK else 0.0


def _taken(whole_at: float, rate: Rate, now: float) -> float:
    return max(whole_at, now) + 1 / rate.per_s
