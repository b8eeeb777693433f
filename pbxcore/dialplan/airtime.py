"""How long calls out have lasted by a trunk altogether, in the day or month that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

    from pbxcore.presence.keeping import Store

_MINUTE_S = 60.0


class Allowance(msgspec.Struct, frozen=True):
    """How many minutes calls out may last altogether, 0: as many as they like.

    They begin anew with each `period`. It is told when there have been more than `told_above`, 0:
    never.
    """

    minutes: int = 0
    period: Literal["day", "month"] = "month"
    told_above: int = 0

    def period_of(self, now: datetime, zone: str) -> str:
        """The day or the month of a moment, on the clock of a zone."""
        day = now.astimezone(ZoneInfo(zone)).date().isoformat()
        return day if self.period == "day" else day[:7]

    def runs_for(self, now: datetime, zone: str) -> float:
        """How many seconds that day or month has run for."""
        begun = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        if self.period == "month":
            begun = begun.replace(day=1)
        return now.timestamp() - begun.timestamp()


NO_ALLOWANCE = Allowance()


class Spent(msgspec.Struct, frozen=True):
    """How many seconds there have been in a period, and above which minutes they were told of."""

    period: str
    seconds: float = 0.0
    told_above: int = 0


class Airtime:
    """What was spent by each trunk that has an allowance; `store` outlasts us."""

    def __init__(self, store: Store[Spent]) -> None:
        self._store = store
        self._spent = dict(store.load())

    def add(self, trunk: str, allowance: Allowance, seconds: float, period: str) -> int:
        """A call out has ended. How many minutes it makes, where that is to be told; else 0."""
        before = self._of(trunk, period)
        after = msgspec.structs.replace(before, seconds=before.seconds + seconds)
        threshold = allowance.told_above
        tells = threshold != before.told_above and 0 < threshold * _MINUTE_S < after.seconds
        if tells:
            after = msgspec.structs.replace(after, told_above=threshold)
        self._spent[trunk] = after
        self._store.save(trunk, after)
        return int(after.seconds // _MINUTE_S) if tells else 0

    def is_spent(
        self, trunk: str, allowance: Allowance, period: str, running_s: float = 0.0
    ) -> bool:
        """Whether no more calls may go out by a trunk in a period; some have run for so long."""
        spent = self._of(trunk, period).seconds + running_s
        return 0 < allowance.minutes * _MINUTE_S <= spent

    def _of(self, trunk: str, period: str) -> Spent:
        found = self._spent.get(trunk)
        return found if found is not None and found.period == period else Spent(period)
