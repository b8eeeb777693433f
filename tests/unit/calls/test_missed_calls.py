"""Who has missed a call, and is mailed about it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from engage.calls.following import Following
from engage.calls.missed_calls import MissedCalls, missed_by
from engage.calls.records import record_of
from engage.mailing import Recipient
from pbxcore.journal import (
    CallEnded,
    CallFact,
    CallStarted,
    Entry,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegsJoined,
    VoiceMessageLeft,
)

if TYPE_CHECKING:
    from engage.calls.model import CallRecord, LegRecord
    from engage.hub.service import HubTransaction

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


class Outbox:
    """The keys of mails that wait."""

    def __init__(self) -> None:
        self.waiting: set[str] = set()

    async def post(self, _: object, __: str, *, dedupe_key: str, **___: object) -> None:
        self.waiting.add(dedupe_key)

    async def withdraw(self, _: object, dedupe_key: str) -> None:
        self.waiting.discard(dedupe_key)


@pytest.mark.parametrize("first", ["message", "record"])
async def test_a_message_takes_the_place_of_the_mail_of_its_own_call_alone(first: str) -> None:
    outbox = Outbox()
    missed = MissedCalls(
        cast("Any", outbox), EXTENSIONS.__contains__, lambda number: Recipient("chen@example.com")
    )
    transaction = cast("HubTransaction", SimpleNamespace(connection=None))
    mine, legs = record("1003", called("2", "1003"), gone("2"))
    left = Entry(9, 9000, VoiceMessageLeft("1003", "m", "1001", "", 4.0, False, "", "c"))
    await missed.ended(cast("Any", None), replace(mine, id="earlier"), legs)
    if first == "record":
        await missed.ended(cast("Any", None), mine, legs)
    await missed.project(transaction, [left])
    if first == "message":
        await missed.ended(cast("Any", None), mine, legs)
    await missed.ended(cast("Any", None), replace(mine, id="later"), legs)
    assert outbox.waiting == {"missed_call:1003:earlier", "missed_call:1003:later"}
