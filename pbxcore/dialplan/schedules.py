"""When something is to happen by itself, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class Schedule(msgspec.Struct, frozen=True):
    """At `time` (`07:30`): every day, on `date` (`2026-11-27`) alone, or on some weekdays.

    `weekdays` are ISO 8601's, 1 being Monday; none means any.
    """

    time: str
    date: str = ""
    weekdays: tuple[int, ...] = ()

    def is_due(self, now: datetime, late: timedelta) -> bool:
        """Whether it is to happen now, or should have no longer than `late` ago, on that clock."""
        hour, minute = map(int, self.time.split(":"))
        moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        today = not self.date or self.date == moment.date().isoformat()
        today = today and (not self.weekdays or moment.isoweekday() in self.weekdays)
        return today and moment <= now < moment + late
