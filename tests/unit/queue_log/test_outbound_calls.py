"""Calls of agents to outside, as the queue log tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.queues.outbound import OutboundCalls
from pbxcore.journal import (
    CallEnded,
    CallStarted,
    Entry,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegRinging,
)

if TYPE_CHECKING:
    from pbxcore.journal import Fact

STARTED = CallStarted("c1", "1", "1001", "Ann", "0301234", "outbound")
CALLED = LegCalled("c1", "2", "+49301234", "dial", "provider")
ANSWERED = (LegRinging("c1", "2", 180), LegAnswered("c1", "2"))
OVER = CallEnded("c1", "answered", 0, 16)


def told(*facts: Fact, queue: str = "outbound") -> list[str]:
    calls = OutboundCalls(lambda: queue, lambda number: number == "1001")
    entries = [Entry(at + 1, at * 2000, fact) for at, fact in enumerate(facts)]
    rows = [row for entry in entries for row in calls.rows(entry)]
    return ["|".join((row.call, row.queue, row.agent, row.verb, *row.data)) for row in rows]


def gone(leg: str) -> LegEnded:
    return LegEnded("c1", leg, "caller", 0, 16, "hung_up")


@pytest.mark.parametrize(("first", "verb"), [("1", "COMPLETEAGENT"), ("2", "COMPLETECALLER")])
def test_a_call_that_was_answered_has_three_rows_of_one_name(first: str, verb: str) -> None:
    second = "2" if first == "1" else "1"
    assert told(STARTED, CALLED, *ANSWERED, gone(first), gone(second), OVER) == [
        "c1|outbound|1001|CALLOUTBOUND|+49301234|provider",
        "c1|outbound|1001|CONNECT|4|2|2",
        f"c1|outbound|1001|{verb}|4|6|1",
    ]


def test_nobody_answered() -> None:
    assert told(STARTED, CALLED, gone("1"), gone("2"), OVER)[1:] == [
        "c1|outbound||ABANDON|1|1|6",
    ]


def test_a_second_trunk_is_the_same_call() -> None:
    again = LegCalled("c1", "3", "+49301234", "dial", "other")
    rows = told(STARTED, CALLED, gone("2"), again, LegAnswered("c1", "3"), gone("3"), OVER)
    assert [row.split("|")[3] for row in rows] == ["CALLOUTBOUND", "CONNECT", "COMPLETECALLER"]


def test_calls_inside_and_of_others_are_nobodys_business() -> None:
    inside = LegCalled("c1", "2", "1002", "dial", target="sip:1002@there")
    assert told(STARTED, inside, *ANSWERED, gone("1"), OVER) == []
    stranger = CallStarted("c1", "1", "1005", "Eve", "0301234", "outbound")
    assert told(stranger, CALLED, *ANSWERED, gone("1"), OVER) == []
    assert told(STARTED, CALLED, *ANSWERED, gone("1"), OVER, queue="") == []
