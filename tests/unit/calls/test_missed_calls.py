"""Who has missed a call, and is mailed about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engage.calls.following import Following
from engage.calls.missed_calls import missed_by
from engage.calls.records import record_of
from pbxcore.journal import (
    CallEnded,
    CallFact,
    CallStarted,
    Entry,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegsJoined,
)

if TYPE_CHECKING:
    from engage.calls.model import CallRecord, LegRecord

EXTENSIONS = {"1001", "1002", "1003"}


def called(leg: str, number: str, action: str = "dial", owner: str = "") -> LegCalled:
    return LegCalled("c", leg, number, action, owner=owner)


def answered(leg: str) -> tuple[CallFact, ...]:
    return LegAnswered("c", leg), LegsJoined("c", "1", leg)


def gone(leg: str, status: int = 480) -> LegEnded:
    return LegEnded("c", leg, "pbx", status, 19, "no_answer")


def record(dialled: str, *facts: CallFact, status: int = 480) -> tuple[CallRecord, list[LegRecord]]:
    """The record of a call of 1001."""
    following = Following({}, lambda number: number)
    whole = (
        CallStarted("c", "1", "1001", "Alice", dialled, "internal"),
        *facts,
        LegEnded("c", "1", "caller", status, 16, "hung_up"),
        CallEnded("c", "no_answer", status, 16),
    )
    for at, fact in enumerate(whole, 1):
        following.follow(Entry(at, at * 1000, fact))
    (call,) = following.ended
    return record_of(call, 1, lambda number: number, lambda trunk: "")


@pytest.mark.parametrize(
    ("facts", "missed"),
    [
        ((called("2", "1003"), gone("2")), {"1003"}),
        ((), {"1003"}),  # not registered, or not to be disturbed
        ((LegAnswered("c", "1", "voicemail", "1003"),), {"1003"}),
        ((called("2", "1003"), *answered("2"), gone("2", 0)), set()),
        ((called("2", "1002", "forward", "1003"), *answered("2"), gone("2", 0)), set()),
        ((called("2", "1002", "forward", "1003"), gone("2")), {"1002"}),
        (
            (
                called("2", "1003"),
                gone("2"),
                called("3", "1002", "follow_me", "1003"),
                *answered("3"),
                gone("3", 0),
            ),
            set(),
        ),
    ],
)
def test_who_has_missed_a_call(facts: tuple[CallFact, ...], missed: set[str]) -> None:
    assert missed_by(*record("1003", *facts), EXTENSIONS.__contains__) == missed


def test_of_a_group_nobody_has_missed_what_one_answered() -> None:
    first, second = (
        called("2", "1002", "ring_group", "6400"),
        called("3", "1003", "ring_group", "6400"),
    )
    taken = first, second, *answered("2"), gone("3", 487), gone("2", 0)
    assert missed_by(*record("6400", *taken), EXTENSIONS.__contains__) == set()
    nobody = first, second, gone("2"), gone("3")
    assert missed_by(*record("6400", *nobody), EXTENSIONS.__contains__) == {"1002", "1003"}
