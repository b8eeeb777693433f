"""When counters of queues begin anew, as programs and forms say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from engage.people.queue_clearing import Clearing

ZONE = ZoneInfo("Europe/Berlin")
MOMENT = timedelta(seconds=15)


def due(options: dict[str, object], moment: str) -> bool:
    """Whether it is due at this minute, by a look shortly before and one shortly after."""
    at = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    return Clearing.of(options).is_due(at - MOMENT, at + MOMENT)


DAILY: dict[str, object] = {
    "schedule_clean_enable": "yes", "pagingtype": "daily", "starttime": "02:30",
}  # fmt: skip
WEEKLY: dict[str, object] = {
    "schedule_clean_enable": "week", "week_date": "mon,fri", "starttime": "02:30:00",
}  # fmt: skip
MONTHLY: dict[str, object] = {
    "schedule_clean_enable": "month", "custom_months": "jan,dec", "custom_dates": "1,15",
}  # fmt: skip
ONCE: dict[str, object] = {"schedule_clean_enable": "once", "starttime": "2026-12-01 02:30:00"}


@pytest.mark.parametrize(
    ("options", "moment", "is_due"),
    [
        ({}, "2026-12-01T00:00", False),
        (DAILY, "2026-12-01T02:30", True),
        (DAILY, "2026-12-01T02:31", False),
        ({**DAILY, "schedule_clean_enable": "no"}, "2026-12-01T02:30", False),
        (WEEKLY, "2026-11-30T02:30", True),  # a Monday
        (WEEKLY, "2026-12-01T02:30", False),
        (MONTHLY, "2026-12-15T00:00", True),
        (MONTHLY, "2026-11-15T00:00", False),
        (MONTHLY, "2026-12-16T00:00", False),
        ({**MONTHLY, "custom_months": None, "custom_dates": "31"}, "2027-02-28T00:00", True),
        ({**MONTHLY, "custom_months": None, "custom_dates": "31"}, "2027-02-27T00:00", False),
        ({**MONTHLY, "custom_months": None, "custom_dates": "31"}, "2026-12-30T00:00", False),
        ({**MONTHLY, "custom_months": None, "custom_dates": "31"}, "2026-12-31T00:00", True),
        (ONCE, "2026-12-01T02:30", True),
        (ONCE, "2026-12-02T02:30", False),
        ({**DAILY, "starttime": "soon"}, "2026-12-01T02:30", False),
    ],
)
def test_counters_are_due_as_it_is_set(
    options: dict[str, object], moment: str, is_due: bool
) -> None:
    assert due(options, moment) is is_due


def test_what_fell_between_two_looks_is_due_once() -> None:
    clearing = Clearing.of(DAILY)
    at = datetime(2026, 12, 1, 2, 30, tzinfo=ZONE)
    assert clearing.is_due(at - timedelta(days=2), at)
    assert not clearing.is_due(at, at + MOMENT)


def test_an_hour_that_the_clock_shows_twice_is_one_moment() -> None:
    clearing = Clearing.of(DAILY)
    minutes = [
        datetime(2026, 10, 25, 0, 0, tzinfo=UTC) + timedelta(minutes=5 * n) for n in range(36)
    ]
    looks = [each.astimezone(ZONE) for each in minutes]
    due = [now for after, now in pairwise(looks) if clearing.is_due(after, now)]
    assert [each.astimezone(UTC).strftime("%H:%M") for each in due] == ["00:30"]
