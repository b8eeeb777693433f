"""Who waits where, and what falls due when, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engage.livechat.model import ACTIVE, ENDED, WAITING, Inquiry
from engage.livechat.waiting import Due, Moment, due, open_to_take_over, positions

START = 1_000_000
MINUTE = 60_000


def inquiry(number: int = 1001, **changes: object) -> Inquiry:
    made = Inquiry(
        conversation_id=f"c{number}",
        number=number,
        livechat_id="l",
        visitor_id=f"v{number}",
        page_url="",
        queued_at_ms=START,
        accepted_at_ms=None,
        end_reason="",
        away_since_ms=None,
        agent_away_since_ms=None,
        state=WAITING,
        owner=None,
        owner_name="",
        epoch=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def at(ms: int, started_at_ms: int = 0) -> Moment:
    return Moment(START + ms, started_at_ms)


def test_places_count_from_one_in_the_order_of_queueing() -> None:
    line = [
        inquiry(3, queued_at_ms=START + 2),
        inquiry(1, queued_at_ms=START),
        inquiry(2, queued_at_ms=START),
        inquiry(4, state=ACTIVE),
    ]
    assert positions(line) == {"c1": 1, "c2": 2, "c3": 3}


def test_requeued_inquiry_is_back_at_its_place() -> None:
    waiting = [inquiry(2, queued_at_ms=START + 5), inquiry(3, queued_at_ms=START + 6)]
    back = inquiry(1, queued_at_ms=START)
    assert positions([*waiting, back]) == {"c1": 1, "c2": 2, "c3": 3}


def test_waiting_visitor_is_gone_after_a_minute_without_a_socket() -> None:
    left = inquiry(away_since_ms=START)
    assert due(left, 10, at(MINUTE - 1)) is None
    assert due(left, 10, at(MINUTE)) is Due.ABANDONED
    assert due(replace(left, away_since_ms=None), 10, at(MINUTE)) is None


def test_inquiry_times_out() -> None:
    assert due(inquiry(), 10, at(10 * MINUTE - 1)) is None
    assert due(inquiry(), 10, at(10 * MINUTE)) is Due.TIMEOUT


def test_inquiry_without_a_time_limit_waits_for_ever() -> None:
    assert due(inquiry(), 0, at(10**9)) is None


def test_vanished_agent_is_flagged_then_replaced() -> None:
    served = inquiry(state=ACTIVE, owner="user:1000", agent_away_since_ms=START)
    assert due(served, 10, at(MINUTE - 1)) is None
    assert due(served, 10, at(MINUTE)) is Due.FLAG_AGENT
    assert due(served, 10, at(5 * MINUTE)) is Due.REQUEUE


def test_conversation_of_a_vanished_agent_is_open_to_take_over_after_a_minute() -> None:
    served = inquiry(state=ACTIVE, owner="user:1000", agent_away_since_ms=START)
    assert not open_to_take_over(served, at(MINUTE - 1))
    assert open_to_take_over(served, at(MINUTE))
    assert not open_to_take_over(replace(served, agent_away_since_ms=None), at(MINUTE))


@pytest.mark.parametrize("state", [WAITING, ACTIVE])
def test_after_a_restart_everybody_has_a_minute_to_come_back(state: str) -> None:
    away = inquiry(state=state, away_since_ms=START, agent_away_since_ms=START)
    restarted = START + 9 * MINUTE
    assert due(away, 0, Moment(restarted + MINUTE - 1, restarted)) is None
    assert due(away, 0, Moment(restarted + MINUTE, restarted)) is not None


def test_a_restart_does_not_prolong_an_inquirys_time_limit() -> None:
    assert due(inquiry(), 10, at(10 * MINUTE, START + 10 * MINUTE - 1)) is Due.TIMEOUT


def test_nothing_falls_due_for_what_has_ended() -> None:
    over = inquiry(state=ENDED, away_since_ms=START, agent_away_since_ms=START)
    assert due(over, 10, at(10**9)) is None
