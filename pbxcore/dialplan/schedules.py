"""When something is to happen by itself, as a value."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime, time, timedelta

import msgspec


class Schedule(msgspec.Struct, frozen=True):
    """At `time` (`07:30`): every day, on `date` (`2026-11-27`) alone, or on some weekdays.

    `weekdays` are ISO 8601's, 1 being Monday; none means any. Days and times are those of the zone
    in which it is asked whether something is due, which is the one of the time settings.
    """

    time: str
    date: str = ""
    weekdays: tuple[int, ...] = ()

    def due(self, now: datetime, late: timedelta) -> datetime | None:
        """The moment, in UTC, that has come by `now` and no longer than `late` ago; None: none has.

        A time that clocks leave out when summer begins comes as long after that as it would have
        come; one that they have twice when it ends comes the first time alone.

        Args:
            now: with its zone.
            late: less than a day.

        Raises:
            ValueError: `time` is no time of day.
        """
        today, at = now.date(), time.fromisoformat(self.time)
        for day in today, today - timedelta(days=1):
            # Through UTC: of what is on no clock, or twice, fold 0 means the offset before.
            moment = datetime.combine(day, at, now.tzinfo).astimezone(UTC)
            if self._is_on(day) and moment <= now < moment + late:
                return moment
        return None

    def _is_on(self, day: dt.date) -> bool:
        if self.date and self.date != day.isoformat():
            return False
        return not self.weekdays or day.isoweekday() in self.weekdays
