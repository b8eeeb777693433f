"""Office time, holidays and specific rows, on the installation's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.dialplan.time_conditions import Calendar, Condition, Holiday, TimeRow

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu")]
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
OFFICE = TimeRow(time(9), time(17, 30), MONDAY_TO_FRIDAY)
CHRISTMAS = Holiday(12, frozenset({25, 26}))
OURS = Calendar(BERLIN, (OFFICE,), (CHRISTMAS,))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("condition", "in_office", "at_night", "on_holiday"),
    [
        (Condition.ALL, True, True, True),
        (Condition.OFFICE_TIME, True, False, True),
        (Condition.OUT_OF_OFFICE_TIME, False, True, False),
        (Condition.HOLIDAY, False, False, True),
        (Condition.OUT_OF_HOLIDAY, True, True, False),
        (Condition.OUT_OF_OFFICE_TIME_OR_HOLIDAY, False, True, True),
        (Condition.SPECIFIC_TIME, False, False, False),
        (Condition.OFFICE_TIME_AND_OUT_OF_HOLIDAY, True, False, False),
    ],
)
def test_each_code_says_when_it_is_true(
    condition: Condition, in_office: bool, at_night: bool, on_holiday: bool
) -> None:
    assert OURS.holds(condition, berlin(2026, 11, 26, 10)) is in_office  # a Thursday
    assert OURS.holds(condition, berlin(2026, 11, 26, 22)) is at_night
    assert OURS.holds(condition, berlin(2026, 12, 25, 10)) is on_holiday  # a Friday


def test_end_of_a_row_is_not_part_of_it() -> None:
    assert OURS.is_office_time(berlin(2026, 11, 26, 9))
    assert OURS.is_office_time(berlin(2026, 11, 26, 17, 29, 59))
    assert not OURS.is_office_time(berlin(2026, 11, 26, 17, 30))


def test_row_across_midnight_belongs_to_the_day_it_starts_on() -> None:
    friday_night = Calendar(BERLIN, (TimeRow(time(22), time(2), frozenset({5})),))
    assert friday_night.is_office_time(berlin(2026, 11, 27, 23))
    assert friday_night.is_office_time(berlin(2026, 11, 28, 1, 59))  # Saturday morning
    assert not friday_night.is_office_time(berlin(2026, 11, 28, 2))
    assert not friday_night.is_office_time(berlin(2026, 11, 28, 23))
    assert not friday_night.is_office_time(berlin(2026, 11, 27, 1))  # Thursday's night


def test_equal_times_are_the_whole_day() -> None:
    sundays = Calendar(BERLIN, (TimeRow(weekdays=frozenset({7})),))
    assert sundays.is_office_time(berlin(2026, 11, 29, 0))
    assert sundays.is_office_time(berlin(2026, 11, 29, 23, 59, 59))
    assert not sundays.is_office_time(berlin(2026, 11, 30, 0))


def test_row_of_months_and_days() -> None:
    first_days = Calendar(BERLIN, (TimeRow(months=frozenset({1, 4}), days=frozenset({1, 2})),))
    assert first_days.is_office_time(berlin(2026, 4, 2, 12))
    assert not first_days.is_office_time(berlin(2026, 4, 3, 12))
    assert not first_days.is_office_time(berlin(2026, 5, 1, 12))


def test_holiday_of_one_year_comes_once() -> None:
    jubilee = Calendar(BERLIN, holidays=(Holiday(6, frozenset({1}), 2027),))
    assert jubilee.is_holiday(berlin(2027, 6, 1, 12))
    assert not jubilee.is_holiday(berlin(2028, 6, 1, 12))


def test_half_holiday_has_hours() -> None:
    eve = Calendar(BERLIN, holidays=(Holiday(12, frozenset({24}), start=time(14)),))
    assert not eve.is_holiday(berlin(2026, 12, 24, 13, 59))
    assert eve.is_holiday(berlin(2026, 12, 24, 14))
    assert not eve.is_holiday(berlin(2026, 12, 25, 0))


def test_specific_row_outranks_office_time_but_not_holidays() -> None:
    night, rows = berlin(2026, 11, 26, 22), [TimeRow(time(21), time(23))]
    assert OURS.holds(Condition.OFFICE_TIME, night, rows)
    assert OURS.holds(Condition.SPECIFIC_TIME, night, rows)
    assert not OURS.holds(Condition.HOLIDAY, night, rows)
    assert not OURS.holds(Condition.OUT_OF_HOLIDAY, berlin(2026, 12, 25, 22), rows)


def test_row_may_leave_out_holidays() -> None:
    row = TimeRow(time(22), time(2), except_holidays=True)
    assert not OURS.within([row], berlin(2026, 12, 25, 23))
    assert OURS.within([row], berlin(2026, 12, 25, 1))  # began on the 24th
    assert not OURS.within([row], berlin(2026, 12, 27, 1))  # began on the 26th


def test_hours_follow_the_wall_clock_when_clocks_change() -> None:
    """On 29 March 2026 Berlin has no 02:30; on 25 October it has two."""
    early = Calendar(BERLIN, (TimeRow(time(2), time(3)),))
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30, half an hour later 03:00
    assert not any(early.is_office_time(spring + timedelta(minutes=n)) for n in range(120))
    autumn = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 of summer time
    assert sum(early.is_office_time(autumn + timedelta(minutes=n)) for n in range(180)) == 120


def test_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        OURS.is_office_time(datetime(2026, 11, 26, 10))  # noqa: DTZ001


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
rows = st.builds(
    TimeRow,
    st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    st.frozensets(st.integers(1, 7)),
    st.frozensets(st.integers(1, 12), max_size=6),
    st.frozensets(st.integers(1, 31), max_size=10),
)


@given(rows, moments, st.sampled_from(ZONES))
def test_row_covers_what_a_count_of_minutes_says(
    row: TimeRow, moment: datetime, zone: ZoneInfo
) -> None:
    """The same decided another way: by walking the days a row may have started on."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    length = (datetime.combine(date.min, row.end) - datetime.combine(date.min, row.start)) % (
        timedelta(days=1)
    ) or timedelta(days=1)
    starts = [
        datetime.combine(local.date() - timedelta(days=back), row.start)
        for back in (0, 1)
        if row.includes(local.date() - timedelta(days=back))
    ]
    expected = any(start <= local < start + length for start in starts)
    assert Calendar(zone, (row,)).is_office_time(moment) is expected


@given(st.lists(rows, max_size=3), moments, st.sampled_from(ZONES))
def test_codes_complement_each_other(
    office: list[TimeRow], moment: datetime, zone: ZoneInfo
) -> None:
    ours = Calendar(zone, tuple(office), (CHRISTMAS,))
    holds = {each: ours.holds(each, moment) for each in Condition}
    assert holds[Condition.OFFICE_TIME] is not holds[Condition.OUT_OF_OFFICE_TIME]
    assert holds[Condition.HOLIDAY] is not holds[Condition.OUT_OF_HOLIDAY]
    both = holds[Condition.OFFICE_TIME_AND_OUT_OF_HOLIDAY]
    assert both is not holds[Condition.OUT_OF_OFFICE_TIME_OR_HOLIDAY]
    assert both is (holds[Condition.OFFICE_TIME] and holds[Condition.OUT_OF_HOLIDAY])
