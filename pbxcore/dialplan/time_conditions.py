"""Time conditions: whether an object applies at a moment, by the installation's own clock.

Rows are read on the wall clock of one time zone. A row whose end is not after its start reaches
into the next day, and belongs to the day on which it starts; equal times mean the whole day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MIDNIGHT = time(0, 0)


class Condition(IntEnum):
    """When an object applies; the numbers are those that programs send."""

    ALL = 0
    OFFICE_TIME = 1
    OUT_OF_OFFICE_TIME = 2
    HOLIDAY = 3
    OUT_OF_HOLIDAY = 4
    OUT_OF_OFFICE_TIME_OR_HOLIDAY = 5
    SPECIFIC_TIME = 6
    OFFICE_TIME_AND_OUT_OF_HOLIDAY = 8


OF_OFFICE_TIME = frozenset(
    {
        Condition.OFFICE_TIME,
        Condition.OUT_OF_OFFICE_TIME,
        Condition.OUT_OF_OFFICE_TIME_OR_HOLIDAY,
        Condition.OFFICE_TIME_AND_OUT_OF_HOLIDAY,
    }
)
"""Those with a verdict about office time, which a specific row outranks."""


@dataclass(frozen=True, slots=True)
class TimeRow:
    """Certain hours of certain days.

    An empty set of `weekdays` (Monday 1 to Sunday 7), `months` or `days` (of the month) means any;
    a day must be in all three. `except_holidays` leaves out the days that are holidays.
    """

    start: time = MIDNIGHT
    end: time = MIDNIGHT
    weekdays: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    except_holidays: bool = False

    def includes(self, day: date) -> bool:
        """Whether the row starts on this day, holidays apart."""
        return (
            (not self.weekdays or day.isoweekday() in self.weekdays)
            and (not self.months or day.month in self.months)
            and (not self.days or day.day in self.days)
        )


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days of one month, in every year or in one; `days` empty means the whole month."""

    month: int
    days: frozenset[int] = frozenset()
    year: int | None = None
    start: time = MIDNIGHT
    end: time = MIDNIGHT

    def includes(self, day: date) -> bool:
        """Whether this day is one."""
        return (
            day.month == self.month
            and (not self.days or day.day in self.days)
            and (self.year is None or day.year == self.year)
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """What one installation calls office time and holidays, and the clock it goes by."""

    zone: tzinfo
    office_time: tuple[TimeRow, ...] = ()
    holidays: tuple[Holiday, ...] = ()

    def is_office_time(self, moment: datetime) -> bool:
        """Whether a moment is inside an office-time row."""
        return self.within(self.office_time, moment)

    def is_holiday(self, moment: datetime) -> bool:
        """Whether a moment is inside a holiday."""
        local = self._local(moment)
        return any(_covers(each, local) for each in self.holidays)

    def within(self, rows: Iterable[TimeRow], moment: datetime) -> bool:
        """Whether a moment is inside one of the rows."""
        local = self._local(moment)
        return any(
            _covers(row, local, skipping=self.holidays if row.except_holidays else ())
            for row in rows
        )

    def holds(
        self, condition: Condition, moment: datetime, specific: Iterable[TimeRow] = ()
    ) -> bool:
        """Decide whether a condition is true.

        Args:
            condition: which.
            moment: aware.
            specific: the rows attached to the object itself. One that covers the moment outranks
                what office time says.
        """
        if condition is Condition.SPECIFIC_TIME or condition in OF_OFFICE_TIME:
            if self.within(specific, moment):
                return True
            if condition is Condition.SPECIFIC_TIME:
                return False
        office, holiday = self.is_office_time(moment), self.is_holiday(moment)
        return {
            Condition.ALL: True,
            Condition.OFFICE_TIME: office,
            Condition.OUT_OF_OFFICE_TIME: not office,
            Condition.HOLIDAY: holiday,
            Condition.OUT_OF_HOLIDAY: not holiday,
            Condition.OUT_OF_OFFICE_TIME_OR_HOLIDAY: not office or holiday,
            Condition.OFFICE_TIME_AND_OUT_OF_HOLIDAY: office and not holiday,
        }[condition]

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone is no moment")
        return moment.astimezone(self.zone).replace(tzinfo=None)


def _covers(row: TimeRow | Holiday, local: datetime, skipping: Iterable[Holiday] = ()) -> bool:
    """Whether a row that starts today or started yesterday covers a moment on the wall clock."""
    today, at = local.date(), local.time()
    if row.start < row.end:
        return row.start <= at < row.end and _starts(row, today, skipping)
    if at >= row.start and _starts(row, today, skipping):
        return True
    return at < row.end and _starts(row, today - timedelta(days=1), skipping)


def _starts(row: TimeRow | Holiday, day: date, skipping: Iterable[Holiday]) -> bool:
    return row.includes(day) and not any(each.includes(day) for each in skipping)
