"""When a report is due, and which time it is about: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from engage.queues.scheduled.forms import ReportScheduleForm


@dataclass(frozen=True, slots=True)
class Schedule:
    """A report that is mailed; moments are milliseconds UTC, `next_ms` None: never again.

    `last_result` is `sent` once the mails of a run stand in the outbox, or why they do not.
    """

    id: str
    form: ReportScheduleForm
    next_ms: int | None = None
    last_ms: int | None = None
    last_result: str = ""
    client_id: str | None = None
    version: int = 1


def next_run_ms(form: ReportScheduleForm, after_ms: int) -> int | None:
    """The first moment after another at which a report is due; None for one that is switched off.

    A day without that date (the 31st) is the month's last one. An hour that a clock leaves out is
    the next one, and of one that it shows twice it is the first.
    """
    if form.disabled:
        return None
    zone, after = ZoneInfo(form.time_zone), datetime.fromtimestamp(after_ms / 1000, UTC)
    hour, minute = map(int, form.at.split(":"))
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, time(hour, minute), zone)
        if _is_day(form, day) and moment.timestamp() > after.timestamp():
            return round(moment.timestamp() * 1000)
        day += timedelta(days=1)


def days(form: ReportScheduleForm, at_ms: int) -> tuple[date, date]:
    """The first and the last day that a report of a moment is about: the time before its day."""
    today = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(form.time_zone)).date()
    yesterday = today - timedelta(days=1)
    match form.every:
        case "day":
            return yesterday, yesterday
        case "week":
            return today - timedelta(days=7), yesterday
        case "month":
            last = today.replace(day=1) - timedelta(days=1)
            return last.replace(day=1), last


def span_ms(form: ReportScheduleForm, at_ms: int) -> tuple[int, int]:
    """The same from midnight to midnight."""
    zone = ZoneInfo(form.time_zone)
    first, last = days(form, at_ms)
    return _midnight_ms(first, zone), _midnight_ms(last + timedelta(days=1), zone)


def _is_day(form: ReportScheduleForm, day: date) -> bool:
    match form.every:
        case "day":
            return True
        case "week":
            return day.isoweekday() % 7 == form.weekday
        case "month":
            last = (day + timedelta(days=1)).month != day.month
            return day.day == form.day or (last and day.day < form.day)


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)
