"""Failures counted in a window, then a lock-out."""

from __future__ import annotations

import pytest

from engage.people.guard import Guard, GuardRule, address_subject, user_subject

MINUTE = 60_000
RULE = GuardRule(failures=5)


def failing(times: list[int]) -> Guard:
    guard = Guard("user:ana")
    for at in times:
        guard = guard.failed(RULE, at)
    return guard


def test_four_failures_lock_nobody() -> None:
    assert failing([0, 1, 2, 3]).locked_s(4) == 0


def test_the_fifth_failure_within_five_minutes_locks_for_five_minutes() -> None:
    guard = failing([0, MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE])
    assert guard.locked_s(4 * MINUTE) == 300
    assert guard.locked_s(9 * MINUTE - 1) == 1
    assert guard.locked_s(9 * MINUTE) == 0


def test_failures_of_an_older_window_do_not_count() -> None:
    guard = failing([0, 1, 2, 3, 5 * MINUTE])
    assert guard.locked_s(5 * MINUTE) == 0
    assert guard.failures == 1


def test_after_the_lock_out_five_more_are_needed() -> None:
    guard = failing([0, 1, 2, 3, 4])
    guard = guard.failed(RULE, 6 * MINUTE)
    assert guard.locked_s(6 * MINUTE) == 0


def test_a_guard_is_forgotten_once_window_and_lock_are_over() -> None:
    guard = failing([0, 1, 2, 3, 4])
    assert not guard.forgettable(MINUTE)
    assert guard.forgettable(6 * MINUTE)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff"), ("192.0.2.1", "::ffff:192.0.2.1"), ("junk", "")],
)
def test_addresses_of_one_person_are_one_subject(one: str, other: str) -> None:
    assert address_subject(one) == address_subject(other)


def test_neighbours_are_two_subjects() -> None:
    assert address_subject("192.0.2.1") != address_subject("192.0.2.2")
    assert address_subject("2001:db8:0:1::1") != address_subject("2001:db8:0:2::1")


def test_a_long_name_makes_no_long_subject() -> None:
    assert len(user_subject("x" * 10_000)) < 100
