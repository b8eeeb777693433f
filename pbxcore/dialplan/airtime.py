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


NO_ALLOWANCE = Allowance()


class Spent(msgspec.Struct, frozen=True):
    """How many seconds there have been in a period, and whether they were told of."""

    period: str
    seconds: float = 0.0
    told: bool = False


class Airtime:
    """What was spent by each trunk that has an allowance; `store` outlasts us."""

    def __init__(self, store: Store[Spent]) -> None:
        self._store = store
        self._spent = dict(store.load())

    def add(self, trunk: str, allowance: Allowance, seconds: float, period: str) -> int:
        """A call out has ended. How many minutes it makes, where that is to be told; else 0."""
        before = self._of(trunk, period)
        after = msgspec.structs.replace(before, seconds=before.seconds + seconds)
        above = 0 < allowance.told_above * _MINUTE_S < after.seconds
        after = msgspec.structs.replace(after, told=before.told or above)
        self._spent[trunk] = after
        self._store.save(trunk, after)
        return int(after.seconds // _MINUTE_S) if above and not before.told else 0

    def is_spent(self, trunk: str, allowance: Allowance, period: str) -> bool:
        """Whether no more calls may go out by a trunk in a period."""
        spent = self._of(trunk, period).seconds
        return 0 < allowance.minutes * _MINUTE_S <= spent

    def _of(self, trunk: str, period: str) -> Spent:
        found = self._spent.get(trunk)
        return found if found is not None and found.period == period else Spent(period)
