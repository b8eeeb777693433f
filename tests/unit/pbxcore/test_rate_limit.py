"""How often something may happen, in virtual time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.forgetful import Forgetful
from pbxcore.rate_limit import Rate, RateLimit, RateLimits

NOW = 1_800_000_000.0
"""Seconds since 1970: where sums of floats are least exact."""


@pytest.mark.parametrize("start", [0.0, NOW])
def test_a_burst_passes_at_once_and_then_the_rate_holds(start: float) -> None:
    limit, now = RateLimit(Rate(40.0, 10)), start
    sent: list[float] = []
    while len(sent) < 50:
        if limit.available(now):
            limit.reserve(now)
            sent.append(now - start)
        else:
            now += limit.wait_s(now)
    assert sent[:10] == [0.0] * 10
    assert sent[10:] == pytest.approx([(n + 1) / 40 for n in range(40)], abs=1e-4)


def test_a_reservation_says_how_long_to_wait() -> None:
    limit = RateLimit(Rate(per_s=2.0, burst=1))
    assert [limit.reserve(0.0) for _ in range(3)] == [0.0, 0.5, 1.0]


def test_what_is_reserved_ahead_is_paid_back_before_more_is_available() -> None:
    limit = RateLimit(Rate(10.0, 1))
    for _ in range(4):
        limit.reserve(NOW)
    assert limit.wait_s(NOW) == pytest.approx(0.4, abs=1e-5)
    assert limit.available(NOW + 0.3) == 0
    assert limit.available(NOW + 0.4) == 1


def test_a_clock_set_back_gives_nothing_away_and_holds_nothing_up() -> None:
    limit = RateLimit(Rate(10.0, 1))
    limit.reserve(NOW)
    assert limit.available(NOW - 60) == 0
    assert limit.wait_s(NOW - 60) == pytest.approx(0.1, abs=1e-4)
    assert limit.available(NOW - 59.9) == 1
    limit.reserve(NOW - 59.9)
    assert limit.available(NOW + 0.1) == 1


def test_a_rate_without_bound_never_waits() -> None:
    limit = RateLimit(Rate(math.inf, 10))
    assert {limit.reserve(NOW) for _ in range(1000)} == {0.0}
    assert (limit.available(NOW), limit.wait_s(NOW)) == (10, 0.0)


def test_each_subject_has_a_limit_of_its_own_and_is_told_when_to_come_back() -> None:
    limits, rate = RateLimits(10), Rate(per_s=4.0, burst=2)
    assert [limits.take("a", rate, 0.0) for _ in range(3)] == [0.0, 0.0, 0.25]
    assert limits.take("b", rate, 0.0) == 0.0
    assert limits.take("a", rate, 0.25) == 0.0
    assert [limits.take("a", rate, 100.0) > 0 for _ in range(3)] == [False, False, True]


def test_who_is_refused_one_of_several_takes_none() -> None:
    limits, wide, narrow = RateLimits(10), Rate.spread(2, 1.0), Rate.spread(1, 1.0)
    assert limits.take("narrow", narrow, NOW) == 0.0
    wanted = [("wide", wide), ("narrow", narrow)]
    assert [limits.take_all(wanted, NOW) for _ in range(10)] == pytest.approx([1.0] * 10, abs=1e-5)
    assert [limits.take("wide", wide, NOW) > 0 for _ in range(3)] == [False, False, True]
    assert limits.take_all(wanted, NOW + 1) == 0.0


def test_who_is_forgiven_may_at_once() -> None:
    limits, rate = RateLimits(10), Rate.spread(1, 3.0)
    assert [limits.take("a", rate, now) > 0 for now in (0.0, 2.9)] == [False, True]
    limits.forgive("a")
    assert limits.take("a", rate, 2.9) == 0.0


def test_a_clock_set_back_by_an_hour_locks_nobody_out_for_an_hour() -> None:
    limits, rate = RateLimits(10), Rate.spread(2, 10.0)
    assert limits.take("a", rate, NOW) == 0.0
    assert limits.take("a", rate, NOW - 3600) == pytest.approx(5.0)  # as after a whole burst
    assert limits.take_all([("a", rate)], NOW - 3600) == pytest.approx(5.0)
    assert limits.take("a", rate, NOW - 3595) == 0.0


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 30)), max_size=40))
def test_rate_is_never_exceeded(asked: list[tuple[float, int]]) -> None:
    limits, rate, now, granted = RateLimits(10), Rate(10.0, 20), 0.0, 0
    for step, times in asked:
        now += step
        granted += sum(limits.take("a", rate, now) == 0.0 for _ in range(times))
        assert granted <= 20.5 + 10 * now


def test_a_flood_of_subjects_takes_bounded_memory_and_the_latest_are_limited() -> None:
    limits, rate = RateLimits(10), Rate.spread(1, 60.0)
    for number in range(100):
        assert limits.take(str(number), rate, NOW) == 0.0
    assert limits.take("99", rate, NOW) > 0
    assert limits.take("0", rate, NOW) == 0.0


def test_table_is_bounded_and_keeps_the_latest() -> None:
    table: Forgetful[int] = Forgetful(100)
    for n in range(10_000):
        table.put(str(n), n)
    assert len(table) <= 100
    assert table.get("9999") == 9999
    assert table.get("0") is None
