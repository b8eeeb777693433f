"""Somebody outside whom an extension called gets that extension when he calls back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pbxcore.calls.party import Origin
from pbxcore.calls.planning import Planning
from pbxcore.dialplan import direct_returns
from pbxcore.dialplan.direct_returns import WITHIN_S, CalledOut, DirectReturns
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Blacklist, InboundRoute, Plan
from pbxcore.directory import (
    Delta,
    Directory,
    Extension,
    ExtensionRemoved,
    Snapshot,
    Trunk,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.presence.keeping import Volatile
from pbxcore.sip.identity import Caller
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_limits import NUMBER, outside

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
THEIRS = "+49301234"


class Kept:
    """A store that outlasts whoever writes it."""

    def __init__(self) -> None:
        self.values: dict[str, CalledOut] = {}

    def load(self) -> dict[str, CalledOut]:
        return dict(self.values)

    def save(self, key: str, value: CalledOut | None) -> None:
        self.values.pop(key, None)
        if value is not None:
            self.values[key] = value


def test_the_last_to_call_is_found_however_the_number_is_written() -> None:
    kept = Kept()
    returns = DirectReturns(kept)
    returns.note("00493 01234", "t", "1000", 0)
    returns.note(THEIRS, "t", "1001", 5)
    returns.note("anonymous", "t", "1002", 6)
    returns = DirectReturns(kept)  # after a restart
    for written in THEIRS, "0301234", "0049301234", "49301234":
        assert returns.extension_for(written, "t", 10) == "1001"
    assert returns.extension_for(THEIRS, "u", 10) == ""
    assert returns.extension_for("+49891234", "t", 10) == ""
    assert returns.extension_for("", "t", 10) == ""
    assert returns.extension_for(THEIRS, "t", 5 + WITHIN_S) == ""


def test_old_calls_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct_returns, "MOST", 2)
    kept = Kept()
    returns = DirectReturns(kept)
    for at, number in enumerate(("0301", "0302", "0303", "0301")):
        returns.note(number, "t", "1000", at)
    assert sorted(kept.values) == ["t 0301", "t 0303"]
    returns.note("0304", "t", "1000", WITHIN_S + 10)
    assert sorted(kept.values) == ["t 0304"]


def planning(returns: DirectReturns, blacklist: Blacklist, *, wanted: bool) -> Planning:
    route = InboundRoute("i", "All", ("t",), Place("extension", "1001"), dids=("0891",))
    extensions = (Extension("1000", "Ana", ""), Extension("1001", "Ben", ""))
    trunks = (Trunk("t", "City", "198.51.100.1", returns_callers=wanted),)
    plan = Plan(inbound=(route,), blacklist=blacklist)
    directory = Directory(Snapshot(1, DomainSettings(), extensions, trunks, plan=plan))
    return Planning(directory, lambda: NOW, None, returns)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_call_back_goes_to_who_called_where_the_trunk_wants_so(*, wanted: bool) -> None:
    returns = DirectReturns(Volatile())
    earlier = (NOW - timedelta(hours=20)).timestamp()
    returns.note(THEIRS, "t", "1000", earlier)
    returns.note("0302222", "t", "9999", earlier)  # who is gone by now
    they = Origin(Caller(b"sip:0301234@198.51.100.1"), trunk="t", shown="0301234")
    plan = planning(returns, Blacklist(), wanted=wanted)
    found = plan.aim(they, "0891")
    assert (found.number, found.direction) == ("1000" if wanted else "1001", "inbound")
    unknown = plan.aim(they, "0892")  # a number that no route knows
    assert (unknown.number if wanted else unknown.refusal is not None) in ("1000", True)
    other = Origin(Caller(b"sip:0302222@198.51.100.1"), trunk="t", shown="0302222")
    assert plan.aim(other, "0891").number == "1001"


def test_who_is_turned_away_stays_so() -> None:
    returns = DirectReturns(Volatile())
    returns.note(THEIRS, "t", "1000", NOW.timestamp())
    they = Origin(Caller(b"sip:0301234@198.51.100.1"), trunk="t", shown="0301234")
    blacklist = Blacklist(enabled=True, blocked=("0301234",))
    aim = planning(returns, blacklist, wanted=True).aim(they, "0891")
    assert aim.refusal is not None
    assert aim.refusal.reason == "blacklisted"


@pytest.mark.parametrize("wanted", [True, False])
def test_a_call_out_is_remembered_whether_it_is_answered_or_not(*, wanted: bool) -> None:
    with Office("alice", "bob", "provider") as office:
        outside(office, "provider", returns_callers=wanted)
        house = office.house
        house.directory.apply(Delta(house.directory.version + 1, (ExtensionRemoved("provider"),)))
        alice = office["alice"].dial(NUMBER)
        office.run(1)
        alice.hang_up()
        office.run(1)
        returns = house.context.direct_returns
        now = house.moment.timestamp()
        found = returns.extension_for(NUMBER, "provider", now + 60)
        assert found == ("alice" if wanted else "")
        office.run()
        office.check()
