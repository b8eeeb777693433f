"""Identifiers: unique, ordered, and of the form that they claim."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from engage.identifiers import Identifiers, new_id

NOW = 1_764_000_000_000


def test_identifier_is_a_uuid_of_version_7_and_tells_its_moment() -> None:
    made = UUID(Identifiers(lambda: NOW).new())
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == NOW


def test_identifiers_of_one_millisecond_are_in_the_order_of_their_making() -> None:
    identifiers = Identifiers(lambda: NOW)
    made = [identifiers.new() for _ in range(10_000)]  # more than one counter holds
    assert made == sorted(set(made))


def test_identifiers_keep_their_order_when_the_clock_is_set_back() -> None:
    moments = iter([NOW, NOW - 60_000, NOW - 59_999, NOW + 1])
    identifiers = Identifiers(lambda: next(moments))
    made = [identifiers.new() for _ in range(4)]
    assert made == sorted(set(made))
    assert UUID(made[-1]).int >> 80 == NOW + 1


def test_a_counter_that_is_full_takes_the_next_moment_early() -> None:
    identifiers = Identifiers(lambda: NOW, lambda length: b"\xff" * length)  # begins in the middle
    made = [UUID(identifiers.new()) for _ in range(2050)]
    assert [each.int >> 80 for each in (made[0], made[-2], made[-1])] == [NOW, NOW, NOW + 1]
    assert {each.version for each in made} == {7}


def test_the_house_makes_them_in_order() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(set(made))
