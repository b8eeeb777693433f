"""When the counters of a queue's agents begin anew by themselves, read from its options: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIELDS: Final = ("resets", "resets_at", "reset_weekdays", "reset_day")
"""Those of the form."""
_EVERY: Final = {"day": "daily", "week": "week", "month": "month"}


@dataclass(frozen=True, slots=True)
class Clearing:
    """`every` is `once`, `daily`, `week` or `month`, "" for never; no months: each of them."""

    every: str = ""
    at: time = time()
    on: date | None = None
    weekdays: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    dates: tuple[int, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read it, as the HTTPS API names it; what cannot be read is never due."""
        every = str(options.get("schedule_clean_enable") or "no")
        if every == "yes":
            every = str(options.get("pagingtype") or "once")
        day, _, clock = str(options.get("starttime") or "").rpartition(" ")
        try:
            at = time.fromisoformat(clock) if clock else time()
            on = date.fromisoformat(day) if day else None
        except ValueError:
            return cls()
        return cls(
            "" if every == "no" else every,
            at,
            on,
            _parts(options.get("week_date")),
            _parts(options.get("custom_months")),
            tuple(int(each) for each in _parts(options.get("custom_dates"))),
        )

    def is_due(self, after: datetime, now: datetime) -> bool:
        """Whether its moment lies after one moment and not after another, on the latter's clock.

        Of an hour that the clock shows twice it is the first; one that is left out is the next.
        """
        day, since, until = after.astimezone(now.tzinfo).date(), _utc(after), _utc(now)
        while day <= now.date():
            moment = datetime.combine(day, self.at, now.tzinfo)
            if since < _utc(moment) <= until and self._is_day(day):
                return True
            day += timedelta(days=1)
        return False

    def _is_day(self, day: date) -> bool:
        match self.every:
            case "once":
                return day == self.on
            case "daily":
                return True
            case "week":
                return DAYS[day.isoweekday() % 7] in self.weekdays
            case "month":
                months = self.months or MONTHS
                dates = self.dates or (1,)
                last = (day + timedelta(days=1)).month != day.month
                is_day = day.day in dates or (last and max(dates) > day.day)
                return MONTHS[day.month - 1] in months and is_day
            case _:
                return False


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the form; a single day is for programs alone."""
    clearing = Clearing.of(options)
    words = {theirs: ours for ours, theirs in _EVERY.items()}
    found: dict[str, Any] = {"resets": words.get(clearing.every, "never")}
    if options.get("starttime"):
        found["resets_at"] = clearing.at.strftime("%H:%M")
    if clearing.weekdays:
        found["reset_weekdays"] = list(clearing.weekdays)
    if clearing.dates:
        found["reset_day"] = clearing.dates[0]
    return found


def written(name: str, value: Any) -> dict[str, Any]:
    """What of the options changes with one of the fields."""
    match name:
        case "resets":
            kind = {"pagingtype": _EVERY[value]} if value in _EVERY else {}
            return {"schedule_clean_enable": "yes" if kind else "no", **kind}
        case "resets_at":
            return {"starttime": value}
        case "reset_weekdays":
            return {"week_date": ",".join(value) or None}
        case _:
            return {"custom_dates": str(value)}


def _utc(moment: datetime) -> datetime:
    """Moments of one zone are compared by what its clock shows, which is not their order."""
    return moment.astimezone(UTC)


def _parts(given: object) -> tuple[str, ...]:
    return tuple(filter(None, given.split(","))) if isinstance(given, str) else ()
