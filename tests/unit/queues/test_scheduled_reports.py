"""When a report is mailed, and about which days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from engage.queues.scheduled.forms import ReportScheduleForm
from engage.queues.scheduled.model import days, next_run_ms, span_ms

BERLIN = "Europe/Berlin"
HOUR_MS = 3_600_000


def form(**values: object) -> ReportScheduleForm:
    usual = {"name": "Support", "recipients": ["ana@example.test"], "time_zone": BERLIN}
    return ReportScheduleForm.model_validate(usual | values)


def ms(text: str, zone: str = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def test_a_daily_report_goes_at_its_time_on_the_clock_of_its_zone() -> None:
    daily = form(at="07:30")
    assert next_run_ms(daily, ms("2026-11-26T07:29")) == ms("2026-11-26T07:30")
    assert next_run_ms(daily, ms("2026-11-26T07:30")) == ms("2026-11-27T07:30")
    assert span_ms(daily, ms("2026-11-26T07:30")) == (ms("2026-11-25"), ms("2026-11-26"))


def test_a_weekly_report_goes_on_its_day_about_the_seven_days_before() -> None:
    weekly = form(every="week", weekday=1, at="06:00")  # 2026-11-30 is a Monday
    due = next_run_ms(weekly, ms("2026-11-26T12:00"))
    assert due == ms("2026-11-30T06:00")
    first, last = days(weekly, due)
    assert (first.isoformat(), last.isoformat()) == ("2026-11-23", "2026-11-29")
    sunday = form(every="week", weekday=0, at="06:00")
    assert next_run_ms(sunday, ms("2026-11-26T12:00")) == ms("2026-11-29T06:00")


def test_a_monthly_report_of_the_31st_goes_on_the_last_day_of_shorter_months() -> None:
    monthly = form(every="month", day=31, at="23:00")
    assert next_run_ms(monthly, ms("2027-02-01T00:00")) == ms("2027-02-28T23:00")
    assert next_run_ms(monthly, ms("2027-02-28T23:00")) == ms("2027-03-31T23:00")
    first = form(every="month", day=1, at="05:00")
    due = next_run_ms(first, ms("2026-11-26T12:00"))
    assert due == ms("2026-12-01T05:00")
    assert span_ms(first, due) == (ms("2026-11-01"), ms("2026-12-01"))


def test_changes_of_the_clock_neither_lose_a_report_nor_double_it() -> None:
    night = form(at="02:30")
    skipped = next_run_ms(night, ms("2027-03-28T00:00"))  # the clock goes from 2 to 3
    assert skipped == ms("2027-03-28T03:30")
    assert next_run_ms(night, skipped) == ms("2027-03-29T02:30")
    doubled = next_run_ms(night, ms("2026-10-25T00:00"))  # it shows 2:30 twice
    assert doubled == ms("2026-10-25T02:30")
    assert next_run_ms(night, doubled + HOUR_MS) == ms("2026-10-26T02:30")
    begin, end = span_ms(form(at="08:00"), ms("2026-10-26T08:00"))
    assert end - begin == 25 * HOUR_MS


def test_one_that_is_switched_off_is_never_due() -> None:
    assert next_run_ms(form(disabled=True), 0) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "24:00"),
        ("time_zone", "Mars/Olympus"),
        ("recipients", []),
        ("recipients", ["nobody"]),
        ("day", 32),
        ("every", "hour"),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        form(**{field: value})
