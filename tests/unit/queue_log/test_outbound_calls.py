"""Calls of agents to outside, as the queue log tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.queues.model import LogRow
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


def entries_of(*facts: Fact) -> list[Entry]:
    return [Entry(at + 1, at * 2000, fact) for at, fact in enumerate(facts)]


def told(*facts: Fact, queue: str = "outbound") -> list[str]:
    calls = OutboundCalls(lambda: queue, lambda number: number == "1001")
    rows = [row for entry in entries_of(*facts) for row in calls.rows(entry)]
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


def test_who_hangs_up_is_told_though_a_trunk_failed_before() -> None:
    again = LegCalled("c1", "3", "+49301234", "dial", "other")
    rows = told(STARTED, CALLED, gone("2"), again, LegAnswered("c1", "3"), gone("1"), OVER)
    assert rows[-1].split("|")[3] == "COMPLETEAGENT"


def test_a_copy_goes_its_own_way() -> None:
    calls = OutboundCalls(lambda: "out", lambda number: True)
    entries = entries_of(STARTED, CALLED, *ANSWERED, gone("1"), OVER)
    for _ in range(2):
        copy = calls.copy()
        verbs = [row.verb for each in entries for row in copy.rows(each)]
        assert verbs == ["CALLOUTBOUND", "CONNECT", "COMPLETEAGENT"]


def test_all_rows_of_a_call_stand_under_one_queue() -> None:
    names = iter(["out", "", "other", "another"])
    calls = OutboundCalls(lambda: next(names), lambda number: True)
    entries = entries_of(STARTED, CALLED, *ANSWERED, gone("1"), OVER)
    assert {row.queue for each in entries for row in calls.rows(each)} == {"out"}


def test_calls_from_before_a_restart_of_the_pbx_are_not_known_again() -> None:
    calls = OutboundCalls(lambda: "out", lambda number: True)
    dialled = LogRow(1000, "c1", "out", "1001", "CALLOUTBOUND", ("030", "provider"))
    calls.read_back([dialled, LogRow(2000, "", "", "", "QUEUESTART")])
    assert calls.rows(Entry(1, 3000, OVER)) == []
    calls.read_back([dialled])
    assert [row.verb for row in calls.rows(Entry(1, 3000, OVER))] == ["ABANDON"]


def test_calls_inside_and_of_others_are_nobodys_business() -> None:
    inside = LegCalled("c1", "2", "1002", "dial", target="sip:1002@there")
    assert told(STARTED, inside, *ANSWERED, gone("1"), OVER) == []
    stranger = CallStarted("c1", "1", "1005", "Eve", "0301234", "outbound")
    assert told(stranger, CALLED, *ANSWERED, gone("1"), OVER) == []
    assert told(STARTED, CALLED, *ANSWERED, gone("1"), OVER, queue="") == []
