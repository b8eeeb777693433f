"""Keeping a registration at a provider, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.trunks.backoff import Backoff
from pbxcore.trunks.keep_alive import KeepAlive
from pbxcore.trunks.registration import Register, Registration, State


def half() -> float:
    return 0.5


def registered(expiry_s: int = 3600, now: float = 0.0) -> Registration:
    registration = Registration(expiry_s, half)
    assert registration.start() == Register(expiry_s)
    registration.granted(expiry_s, now)
    return registration


def test_registration_is_refreshed_before_it_ends() -> None:
    registration = registered(3600)
    assert registration.state is State.REGISTERED
    assert registration.deadline is not None
    assert 0.8 * 3600 <= registration.deadline <= 0.9 * 3600
    assert registration.tick(registration.deadline - 1) is None
    assert registration.tick(registration.deadline) == Register(3600)
    assert registration.tick(registration.deadline or 3500) is None  # one is under way


def test_registrar_may_grant_less_than_was_asked_for() -> None:
    registration = Registration(3600, half)
    registration.start()
    registration.granted(60, 0.0)
    assert registration.expires_at == 60
    assert registration.deadline == pytest.approx(51)
    assert registration.tick(51.1) == Register(3600)


def test_very_short_registrations_are_not_refreshed_without_a_break() -> None:
    registration = Registration(3600, half)
    registration.start()
    registration.granted(1, 0.0)
    assert registration.deadline == 1


def test_failures_are_tried_again_after_ever_longer_waits() -> None:
    registration, now, waits = Registration(3600, half), 0.0, []
    registration.start()
    for _ in range(8):
        registration.unreachable(now)
        assert registration.state is State.UNREACHABLE
        assert registration.deadline is not None
        waits.append(registration.deadline - now)
        now = registration.deadline
        assert registration.tick(now) == Register(3600)
    assert waits == [20, 40, 80, 160, 320, 600, 600, 600]
    registration.granted(3600, now)
    registration.lost(now)
    assert registration.tick(now + 3) == Register(3600)
    registration.unreachable(now)
    assert registration.deadline == now + 20  # it had worked meanwhile


@given(st.floats(0, 1), st.integers(0, 300))
def test_waits_stay_within_their_bounds(chance: float, failures: int) -> None:
    backoff = Backoff(lambda: chance)
    waits = [backoff.next() for _ in range(failures + 1)]
    assert all(15.9 < each < 720.1 for each in waits)


def test_refusal_is_told_and_tried_again() -> None:
    registration = registered()
    assert registration.tick(3600) == Register(3600)
    assert registration.refused(403, 3600.0) is None
    assert (registration.state, registration.status) == (State.REJECTED, 403)
    assert registration.expires_at is None
    assert registration.tick(3620) == Register(3600)


def test_retry_after_is_heard() -> None:
    registration = Registration(3600, half)
    registration.start()
    registration.refused(503, 0.0, retry_after_s=120)
    assert registration.deadline == 120


def test_interval_too_brief_is_asked_for_anew_at_once() -> None:
    registration = Registration(60, half)
    registration.start()
    assert registration.refused(423, 0.0, shortest_s=1800) == Register(1800)
    registration.granted(1800, 0.0)
    assert registration.tick(1800) == Register(1800)


def test_interval_too_brief_again_or_without_reason_is_a_refusal() -> None:
    registration = Registration(3600, half)
    registration.start()
    for shortest_s in (0, 3600, 90_000):
        assert registration.refused(423, 0.0, shortest_s=shortest_s) is None
        assert registration.state is State.REJECTED
        registration.tick(10_000)


def test_unanswered_refresh_ends_with_the_registration() -> None:
    registration = registered(60)
    assert registration.tick(55) == Register(60)
    assert registration.tick(60) is None
    assert registration.state is State.UNREACHABLE


def test_lost_connection_is_followed_by_a_registration() -> None:
    registration = registered()
    registration.lost(100.0)
    assert registration.deadline == 101.5
    assert registration.tick(101.5) == Register(3600)
    registration.lost(102.0)  # while it is under way: once more after it
    registration.granted(3600, 103.0)
    assert registration.tick(104.5) == Register(3600)


def test_two_hundred_without_our_contact_is_no_registration() -> None:
    registration = Registration(3600, half)
    registration.start()
    registration.granted(0, 0.0)
    assert registration.state is State.REJECTED


def test_stop_takes_back_what_stands_and_hears_nothing_more() -> None:
    registration = registered()
    assert registration.stop() == Register(0)
    registration.granted(3600, 1.0)
    registration.unreachable(1.0)
    registration.lost(1.0)
    assert registration.refused(423, 1.0, shortest_s=9000) is None
    assert (registration.state, registration.deadline) == (State.OFF, None)
    assert registration.stop() is None


_inputs = st.one_of(
    st.tuples(st.just("granted"), st.integers(-5, 10_000)),
    st.tuples(st.just("refused"), st.sampled_from([400, 401, 403, 423, 500, 503, 600])),
    st.tuples(st.just("unreachable"), st.just(0)),
    st.tuples(st.just("lost"), st.just(0)),
    st.tuples(st.just("tick"), st.integers(0, 5000)),
)


@given(st.lists(_inputs, max_size=60), st.integers(1, 86_400))
def test_there_is_always_one_under_way_or_a_next_one(
    inputs: list[tuple[str, int]], expiry_s: int
) -> None:
    registration, now = Registration(expiry_s, half), 0.0
    under_way = registration.start() is not None
    for name, value in inputs:
        order = None
        if name == "tick":
            now += value
            order = registration.tick(now)
        elif name == "lost":
            registration.lost(now)
        elif under_way:
            under_way = False
            if name == "granted":
                registration.granted(value, now)
            elif name == "refused":
                order = registration.refused(value, now, shortest_s=1800)
            else:
                registration.unreachable(now)
        if order is not None:
            assert not under_way
            under_way = True
        assert under_way or registration.deadline is not None


def test_signs_of_life_are_asked_for_one_after_the_other() -> None:
    keep_alive = KeepAlive(60, half)
    keep_alive.start(0.0)
    assert keep_alive.tick(1.0)
    assert not keep_alive.tick(500.0)  # the first has no answer yet
    keep_alive.answered(0.02, 500.0)
    assert (keep_alive.reachable, keep_alive.round_trip_s) == (True, 0.02)
    assert not keep_alive.tick(550.0)
    assert keep_alive.tick(560.0)
    keep_alive.answered(None, 592.0)
    assert (keep_alive.reachable, keep_alive.round_trip_s) == (False, None)
