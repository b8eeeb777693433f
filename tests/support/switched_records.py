"""What the records of random calls must say: as the facts have it, and as the phones had it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engage.calls.following import Following
from engage.calls.records import record_of
from pbxcore.journal import CallStarted
from tests.support.switched import BEGIN_MS

if TYPE_CHECKING:
    from engage.calls.model import OpenCall
    from tests.support.switched import Played

_NEAR_S: Final = 1.0
"""A phone hears so much later, or has hung up so much earlier, at most."""


def check_records(played: Played) -> None:
    """Each call has one record, whose moments are in order and whose legs agree with it."""
    ended = _ended(played)
    begun = [each.fact.call for each in played.entries if isinstance(each.fact, CallStarted)]
    assert sorted(begun) == sorted(each.id for each in ended)
    for call in ended:
        record, legs = record_of(call, 1, str.title, str)
        answered_at = record.answered_at_ms or record.ended_at_ms
        assert record.started_at_ms <= answered_at <= record.ended_at_ms
        assert (record.disposition == "answered") is (record.answered_at_ms is not None)
        assert any(each.disposition == "answered" for each in legs) or not record.answered_at_ms
        for leg in legs:
            moments = (leg.ringing_at_ms, leg.answered_at_ms, leg.ended_at_ms)
            found = [leg.started_at_ms, *(each for each in moments if each)]
            assert found == sorted(found), leg
            assert record.started_at_ms <= leg.started_at_ms
            assert leg.ended_at_ms <= record.ended_at_ms
        assert max(each.ended_at_ms for each in legs) == record.ended_at_ms


def check_talks(played: Played) -> None:
    """Where nothing is lost on the way, each talk of a phone is a leg that lasted as long."""
    legs: dict[str, tuple[float, float]] = {}
    for call in _ended(played):
        for leg in call.legs.values():
            if leg.answered_at_ms and leg.role != "service":
                before = legs.get(leg.name, (leg.answered_at_ms, leg.ended_at_ms))
                began = min(before[0], leg.answered_at_ms)
                legs[leg.name] = began, max(before[1], leg.ended_at_ms)
    recorded = sorted((_second(began), _second(over)) for began, over in legs.values())
    had = sorted(
        (began, over)
        for phone in played.phones
        for began, over in phone.talked.values()
        if over - began > _NEAR_S  # another one was faster, or who called had just given up
    )
    recorded = [each for each in recorded if each[1] - each[0] > _NEAR_S]
    assert len(recorded) == len(had), (recorded, had)
    for one, other in zip(recorded, had, strict=True):
        assert abs(one[0] - other[0]) < _NEAR_S, (recorded, had)
    ends = zip(sorted(over for _, over in recorded), sorted(over for _, over in had), strict=True)
    assert all(abs(one - other) < _NEAR_S for one, other in ends), (recorded, had)


def _ended(played: Played) -> list[OpenCall]:
    following = Following({}, str.title)
    for entry in played.entries:
        following.follow(entry)
    assert not following.open
    return following.ended


def _second(at_ms: float) -> float:
    return (at_ms - BEGIN_MS) / 1000
