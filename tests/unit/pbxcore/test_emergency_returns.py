"""Whom the emergency service means when it calls back, and what it is told of where he is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pbxcore.calls.party import Origin
from pbxcore.calls.planning import Planning
from pbxcore.dialplan.emergencies import EmergencyNumber, Zone
from pbxcore.dialplan.emergency_returns import CalledForHelp, EmergencyReturns
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, Plan
from pbxcore.dialplan.ways import WayOut
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
from tests.unit.pbxcore.test_call_limits import outside

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SOUTH = Zone(("192.0.2.0/24",), "+49301110", "South wing")
POLICE = EmergencyNumber("110", "Police", (WayOut("t"),), zones=(SOUTH,), caller_id="030999")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Kept(Volatile[CalledForHelp]):
    """Outlasts a restart."""

    def __init__(self) -> None:
        self.values: dict[str, CalledForHelp] = {}

    def load(self) -> dict[str, CalledForHelp]:
        return self.values

    def save(self, key: str, value: CalledForHelp | None) -> None:
        self.values.pop(key, None)
        if value is not None:
            self.values[key] = value


def planning(
    clock: Clock, *extensions: Extension, returns: EmergencyReturns | None = None
) -> Planning:
    plan = Plan(
        inbound=(InboundRoute("i", "All", ("t",), Place("extension", "1001")),),
        emergencies=(POLICE,),
    )
    trunks = (Trunk("t", "City", "198.51.100.1"),)
    ana = extensions or (Extension("1000", "Ana", ""), Extension("1001", "Ben", ""))
    directory = Directory(Snapshot(1, DomainSettings(), ana, trunks, plan=plan))
    return Planning(directory, clock, returns)


def ours(address: str, number: str = "1000") -> Origin:
    return Origin(Caller(b"sip:1000@pbx"), number, "Ana", address=address)


def theirs() -> Origin:
    return Origin(Caller(b"sip:110@198.51.100.1"), trunk="t", shown="110")


def test_a_zone_says_where_a_phone_is_and_under_which_number() -> None:
    clock = Clock()
    aim = planning(clock).aim(ours("192.0.2.7"), "110")
    assert [each.caller for each in aim.tries] == ["+49301110"]
    assert (aim.zone, aim.returns_to) == (SOUTH, "+49301110")
    aim = planning(clock).aim(ours("203.0.113.7"), "110")
    assert ([each.caller for each in aim.tries], aim.zone) == (["030999"], None)
    assert aim.returns_to == ""  # what is shown for everybody is nobody's own


def test_an_extensions_own_number_comes_first() -> None:
    ana = Extension("1000", "Ana", "", emergency_cid="030555")
    aim = planning(Clock(), ana).aim(ours("192.0.2.7"), "110")
    assert [each.caller for each in aim.tries] == ["030555"]
    assert (aim.zone, aim.returns_to) == (SOUTH, "030555")


def test_the_service_reaches_who_called_it_for_half_an_hour() -> None:
    clock, returns = Clock(), EmergencyReturns(Volatile())
    plan = planning(clock, returns=returns)
    aim = plan.aim(ours("192.0.2.7"), "110")
    assert plan.aim(theirs(), "0301110").number == "1001"  # no trunk has taken it
    returns.note(aim.returns_to, "1000", ["t"], clock.now.timestamp())
    clock.now += timedelta(minutes=29)
    assert plan.aim(theirs(), "0301110").number == "1000"
    assert plan.aim(theirs(), "0302220").number == "1001"
    clock.now += timedelta(minutes=2)
    assert plan.aim(theirs(), "0301110").number == "1001"


def test_the_last_one_to_call_counts_on_the_trunks_of_that_number_and_after_a_restart() -> None:
    kept = Kept()
    returns = EmergencyReturns(kept)
    returns.note("+49 30 1110", "1000", ["t", "u"], 100)
    returns.note("0049 30 1110", "1002", ["t"], 101)
    returns.note("", "1003", ["t"], 101)
    returns = EmergencyReturns(kept)
    assert returns.extension_for("00493 01110", "t", 102) == "1002"
    assert returns.extension_for("00493 01110", "u", 102) == ""
    assert returns.extension_for("", "t", 102) == ""
    assert returns.extension_for("+49301110", "t", 101 + 1800) == ""
    assert kept.values == {}


@pytest.mark.parametrize(
    ("shown", "dialled", "same"),
    [
        ("+49301110", "0301110", True),
        ("+49301110", "301110", True),
        ("+49301110", "49301110", True),
        ("+49301110", "+49301110", True),
        ("0301110", "+49301110", True),
        ("+12125550100", "2125550100", True),
        ("12125550100", "+12125550100", True),
        ("+390612345", "0612345", True),
        ("+49301110", "01110", False),
        ("+493011100", "0411100", False),
        ("+49301110", "9301110", False),
        ("+49301110", "089301110", False),
        ("+49301110", "+43301110", False),
        ("03011100", "11100", False),
    ],
)
def test_a_number_is_the_same_with_its_country_code_and_without(
    shown: str, dialled: str, same: bool
) -> None:
    returns = EmergencyReturns(Volatile())
    returns.note(shown, "1000", ["t"], 0)
    assert bool(returns.extension_for(dialled, "t", 1)) is same


@pytest.mark.parametrize("takes", [False, True])
def test_who_was_called_for_is_known_once_a_trunk_has_taken_the_call(takes: bool) -> None:
    with Office("alice", "bob", "provider") as office:
        outside(office, "provider")
        office.house.directory.plan = Plan(
            inbound=(InboundRoute("i", "All", ("provider",), Place("extension", "bob")),),
            emergencies=(EmergencyNumber("110", "Police", (WayOut("provider"),)),),
        )
        office.house.change("alice", emergency_cid="030555")
        office.house.directory.apply(
            Delta(office.house.directory.version + 1, (ExtensionRemoved("provider"),))
        )
        office["provider"].refuses = 0 if takes else 503
        alice = office["alice"].dial("110")
        office.run(1)
        alice.hang_up()
        office.run(1)
        office["provider"].dial("030555")
        office.run(1)
        assert (len(office["bob"].talks) == 0) is takes
        office["provider"].talk.hang_up()
        office.run()
        office.check()
