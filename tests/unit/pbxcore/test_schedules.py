"""When something is due that happens by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pbxcore.dialplan.schedules import Schedule
from pbxcore.dialplan.wake_ups import WakeUpCall

LATE = timedelta(minutes=2)
BERLIN = ZoneInfo("Europe/Berlin")


def berlin(utc: str) -> datetime:
    """A moment of UTC, on the clocks of Berlin."""
    return datetime.fromisoformat(f"{utc}+00:00").astimezone(BERLIN)


def moments_due(schedule: Schedule, start: str, hours: int) -> list[str]:
    """The moments from `start` on, minute by minute, in which something is due."""
    first = berlin(start).astimezone(UTC)
    minutes = [(first + timedelta(minutes=each)).astimezone(BERLIN) for each in range(hours * 60)]
    found = {schedule.due(each, LATE) for each in minutes}
    return [f"{each:%Y-%m-%d %H:%M}" for each in sorted(filter(None, found))]


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        (Schedule("07:30"), True),
        (Schedule("07:30", "2026-11-27"), True),
        (Schedule("07:30", "2026-11-28"), False),
        (Schedule("07:30", weekdays=(1, 5)), True),
        (Schedule("07:30", weekdays=(6,)), False),
        (Schedule("07:29"), True),
        (Schedule("07:31"), False),
    ],
)
def test_it_is_due_on_its_day_for_a_moment(schedule: Schedule, due: bool) -> None:
    friday = datetime(2026, 11, 27, 7, 30, 20, tzinfo=UTC)
    assert (schedule.due(friday, LATE) is not None) is due
    assert schedule.due(friday + LATE + LATE, LATE) is None


def test_a_time_that_clocks_leave_out_comes_an_hour_later() -> None:
    """At 02:00 they show 03:00, which is 01:00 of UTC."""
    for schedule in Schedule("02:30"), Schedule("02:30", "2027-03-28"):
        assert moments_due(schedule, "2027-03-27T22:00", 8) == ["2027-03-28 01:30"]
    once = WakeUpCall("1000", "02:30", "2027-03-28")
    assert once.due(berlin("2027-03-28T01:30:05")) is not None


def test_a_time_that_clocks_have_twice_comes_once() -> None:
    """At 03:00 they show 02:00 again, which is 01:00 of UTC."""
    assert moments_due(Schedule("02:30"), "2026-10-24T22:00", 8) == ["2026-10-25 00:30"]


def test_what_was_due_before_midnight_is_made_up_for_after_it() -> None:
    past = datetime(2026, 11, 28, 0, 0, 30, tzinfo=UTC)
    due = datetime(2026, 11, 27, 23, 59, tzinfo=UTC)
    for schedule in (
        Schedule("23:59"),
        Schedule("23:59", "2026-11-27"),
        Schedule("23:59", weekdays=(5,)),
    ):
        assert schedule.due(past, LATE) == due
    assert Schedule("23:59", weekdays=(6,)).due(past, LATE) is None


def test_what_is_no_time_of_day_is_refused() -> None:
    with pytest.raises(ValueError, match="hour"):
        Schedule("25:00").due(datetime(2026, 11, 27, tzinfo=UTC), LATE)
