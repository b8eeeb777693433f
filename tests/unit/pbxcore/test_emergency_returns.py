"""Whom the emergency service means when it calls back, and what it is told of where he is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pbxcore.calls.party import Origin
from pbxcore.calls.planning import Planning
from pbxcore.dialplan.emergencies import EmergencyNumber, Zone
from pbxcore.dialplan.emergency_returns import EmergencyReturns
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, Plan
from pbxcore.dialplan.ways import WayOut
from pbxcore.directory import Directory, DomainSettings, Extension, Snapshot, Trunk
from pbxcore.sip.identity import Caller

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SOUTH = Zone(("192.0.2.0/24",), "+49301110", "South wing")
POLICE = EmergencyNumber("110", "Police", (WayOut("t"),), zones=(SOUTH,), caller_id="030999")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def planning(clock: Clock, *extensions: Extension) -> Planning:
    plan = Plan(
        inbound=(InboundRoute("i", "All", ("t",), Place("extension", "1001")),),
        emergencies=(POLICE,),
    )
    trunks = (Trunk("t", "City", "198.51.100.1"),)
    ana = extensions or (Extension("1000", "Ana", ""), Extension("1001", "Ben", ""))
    return Planning(Directory(Snapshot(1, DomainSettings(), ana, trunks, plan=plan)), clock)


def ours(address: str, number: str = "1000") -> Origin:
    return Origin(Caller(b"sip:1000@pbx"), number, "Ana", address=address)


def theirs() -> Origin:
    return Origin(Caller(b"sip:110@198.51.100.1"), trunk="t", shown="110")


def test_a_zone_says_where_a_phone_is_and_under_which_number() -> None:
    clock = Clock()
    aim = planning(clock).aim(ours("192.0.2.7"), "110")
    assert [each.caller for each in aim.tries] == ["+49301110"]
    assert aim.zone == SOUTH
    aim = planning(clock).aim(ours("203.0.113.7"), "110")
    assert ([each.caller for each in aim.tries], aim.zone) == (["030999"], None)


def test_an_extensions_own_number_comes_first() -> None:
    ana = Extension("1000", "Ana", "", emergency_cid="030555")
    aim = planning(Clock(), ana).aim(ours("192.0.2.7"), "110")
    assert [each.caller for each in aim.tries] == ["030555"]
    assert aim.zone == SOUTH


def test_the_service_reaches_who_called_it_for_half_an_hour() -> None:
    clock = Clock()
    plan = planning(clock)
    assert plan.aim(theirs(), "0301110").number == "1001"
    plan.aim(ours("192.0.2.7"), "110")
    clock.now += timedelta(minutes=29)
    assert plan.aim(theirs(), "0301110").number == "1000"
    assert plan.aim(theirs(), "0302220").number == "1001"
    clock.now += timedelta(minutes=2)
    assert plan.aim(theirs(), "0301110").number == "1001"


def test_the_last_one_to_call_counts_and_short_numbers_mean_nobody() -> None:
    returns = EmergencyReturns()
    returns.note("+49 30 1110", "1000", NOON)
    returns.note("+49 30 1110", "1002", NOON)
    assert returns.extension_for("00493 01110", NOON) == "1002"
    assert returns.extension_for("1110", NOON) == ""
    assert returns.extension_for("", NOON) == ""
