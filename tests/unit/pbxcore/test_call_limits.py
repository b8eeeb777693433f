"""How long calls last, how many a trunk carries, and what makes way for an emergency."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pbxcore.dialplan.airtime import Airtime, Allowance, Spent
from pbxcore.dialplan.emergencies import ORDINARY
from pbxcore.dialplan.plan import NO_LIMIT, InboundRoute, Limit, Place, Plan
from pbxcore.directory import (
    Delta,
    ExtensionRemoved,
    PlanChanged,
    SettingsChanged,
    Trunk,
    TrunkPut,
)
from pbxcore.features.model import NONE_SET, Forwarding
from pbxcore.journal import LegCalled, LegEnded, TrunkCrowded, TrunkUsed
from pbxcore.media.commands import Play
from pbxcore.presence.keeping import Volatile
from pbxcore.sip.message import Request
from tests.support.handsets import Office, Talk
from tests.support.switching import Way
from tests.unit.pbxcore.test_call_transfers import replaces

NUMBER, POLICE = "0049301234", "110"


def outside(office: Office, *trunks: str, number: str = NUMBER, **fields: Any) -> None:
    """A number is reached by these trunks, each to the stack of its name."""
    directory = office.house.directory
    way = {"limit": NO_LIMIT, "urgency": ORDINARY, "hunts": False, "pins": None}
    way |= {name: fields.pop(name) for name in list(fields) if name in way}
    changes = tuple(
        TrunkPut(Trunk(each, each.title(), office[each].stack.host, **fields)) for each in trunks
    )
    directory.apply(Delta(directory.version + 1, changes))
    office.house.routes[number] = tuple(Way(each, number, "4989100", **way) for each in trunks)


def talking(office: Office, caller: str, at: str, number: str = NUMBER) -> Talk:
    """Somebody who talks to whom a trunk leads to."""
    talk = office[caller].dial(number)
    office.run(1)
    office[at].talk.accept()
    office.run(1)
    assert talk.notes[-1] == "confirmed"
    return talk


def warnings(office: Office) -> list[Play]:
    return [each for each in office.house.workers.asked if isinstance(each, Play)]


def test_a_call_ends_in_time_after_its_warnings() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider", limit=Limit(60, 20, 8))
        alice = talking(office, "alice", "provider")
        office.run(38)
        assert not warnings(office)
        office.run(2)
        (first,) = warnings(office)
        assert first.stream in office.house.workers.streams
        office.run(17)
        assert len(warnings(office)) == 3
        assert alice.notes[-1] == "confirmed"
        office.run()
        office.check()
        assert alice.notes[-1] == "ended"
        ended = [each for each in office.house.facts if isinstance(each, LegEnded)]
        assert {(each.by, each.reason) for each in ended} == {("pbx", "time_limit")}


def test_a_call_that_ends_before_has_no_end_any_more() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider", limit=Limit(60))
        talking(office, "alice", "provider").hang_up()
        office.run()
        office.check()
        assert not warnings(office)
        ended = [each for each in office.house.facts if isinstance(each, LegEnded)]
        assert {each.reason for each in ended} == {"hung_up"}


def test_a_trunk_carries_no_more_calls_than_it_may() -> None:
    with Office("alice", "bob", "first", "second") as office:
        outside(office, "first", "second", most_out=1)
        talking(office, "alice", "first")
        bob = talking(office, "bob", "second")
        bob.hang_up()
        office.run(1)
        office["second"].talks.clear()
        outside(office, "first", most_out=1)
        bob = office["bob"].dial(NUMBER)
        office.run(1)
        assert bob.notes == ["503"]
        office["first"].talk.hang_up()
        office.run()
        office.check()


def test_a_trunk_is_told_of_that_carries_more_calls_than_its_threshold() -> None:
    with Office("alice", "bob", "first") as office:
        outside(office, "first", told_above=1)
        alice, bob = talking(office, "alice", "first"), talking(office, "bob", "first")
        assert office.house.told(TrunkCrowded) == [TrunkCrowded("first", "First", 2, 1, True)]
        bob.hang_up()
        office.run(1)
        assert office.house.told(TrunkCrowded)[1:] == [TrunkCrowded("first", "First", 1, 1, False)]
        alice.hang_up()
        office.run()
        office.check()
        assert len(office.house.told(TrunkCrowded)) == 2


def test_no_more_calls_go_out_by_a_trunk_whose_minutes_are_spent() -> None:
    with Office("alice", "first") as office:
        outside(office, "first", allowance=Allowance(2, "day", 1))
        alice = talking(office, "alice", "first")
        office.run(59)
        alice.hang_up()
        office.run(1)
        assert not office.house.told(TrunkUsed)
        alice = talking(office, "alice", "first")
        office.run(62)
        alice.hang_up()
        office.run(1)
        assert office.house.told(TrunkUsed) == [TrunkUsed("first", "First", 2, 1)]
        refused = office["alice"].dial(NUMBER)
        office.run(1)
        assert refused.notes == ["503"]
        emergency(office, "first", hunts=False)
        talking(office, "alice", "first", POLICE).hang_up()
        office.run()
        office.check()


def test_calls_that_are_under_way_spend_minutes_too() -> None:
    with Office("alice", "bob", "first") as office:
        outside(office, "first", allowance=Allowance(2))
        alice = talking(office, "alice", "first")
        office.run(122)
        refused = office["bob"].dial(NUMBER)
        office.run(1)
        assert (refused.notes, alice.notes[-1]) == (["503"], "confirmed")
        alice.hang_up()
        office.run()
        office.check()


def test_of_a_call_over_midnight_the_time_since_then_counts() -> None:
    with Office("alice", "first") as office:
        midnight = datetime(2026, 11, 28, tzinfo=UTC)
        outside(office, "first", allowance=Allowance(2, "day"))
        alice = talking(office, "alice", "first")
        office.run(180)
        office.house.facilities.now = lambda: midnight + timedelta(seconds=60)
        alice.hang_up()
        office.run(1)
        talking(office, "alice", "first").hang_up()
        office.run()
        office.check()


def test_calls_that_come_in_or_are_not_answered_spend_nothing() -> None:
    with Office("alice", "first") as office:
        outside(office, "first", allowance=Allowance(1))
        alice = office["alice"].dial(NUMBER)
        office.run(90)
        alice.hang_up()
        office.run(1)
        came = office["first"].dial("alice")
        office.run(1)
        office["alice"].talk.accept()
        office.run(90)
        came.hang_up()
        office.run(1)
        talking(office, "alice", "first").hang_up()
        office.run()
        office.check()


def test_what_was_spent_counts_for_its_period_and_outlasts_us() -> None:
    day = Allowance(10, "day", 5)
    kept = Kept()
    airtime = Airtime(kept)
    assert airtime.add("t", day, 299.0, "2026-11-27") == 0
    assert airtime.add("t", day, 62.0, "2026-11-27") == 6
    assert airtime.add("t", day, 239.0, "2026-11-27") == 0
    assert Airtime(kept).is_spent("t", day, "2026-11-27")
    assert not Airtime(kept).is_spent("t", day, "2026-11-28")
    assert not Airtime(kept).is_spent("t", Allowance(0, "day"), "2026-11-27")
    assert airtime.add("t", day, 301.0, "2026-11-28") == 5
    higher = Allowance(10, "day", 8)
    assert airtime.add("t", higher, 60.0, "2026-11-28") == 0
    assert airtime.add("t", higher, 180.0, "2026-11-28") == 9
    assert airtime.add("t", higher, 60.0, "2026-11-28") == 0


def test_a_period_is_that_of_the_zone() -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert Allowance(period="day").period_of(late, "Europe/Berlin") == "2026-12-01"
    assert Allowance(period="month").period_of(late, "Europe/Berlin") == "2026-12"
    assert Allowance(period="month").period_of(late, "UTC") == "2026-11"
    assert Allowance(period="day").runs_for(late, "Europe/Berlin") == 30 * 60
    assert Allowance(period="month").runs_for(late, "UTC") == 29 * 86_400 + 23.5 * 3600


class Kept(Volatile[Spent]):
    """Keeps what is saved."""

    def __init__(self) -> None:
        self.values: dict[str, Spent] = {}

    def load(self) -> dict[str, Spent]:
        return self.values

    def save(self, key: str, value: Spent | None) -> None:
        assert value is not None
        self.values = {**self.values, key: value}


@pytest.mark.parametrize(("answer", "number"), [(503, True), (486, False)])
def test_the_failover_number_is_called_where_no_trunk_takes_the_call(
    answer: int, *, number: bool
) -> None:
    with Office("alice", "first", "second", "spare") as office:
        outside(office, "spare", number="0171555")
        outside(office, "first", "second", failover="0171555")
        office["first"].refuses = office["second"].refuses = answer
        alice = office["alice"].dial(NUMBER)
        office.run(2)
        assert bool(office["spare"].talks) == number
        if number:
            office["spare"].talk.accept()
            office.run(1)
            alice.hang_up()
        else:
            assert alice.notes[-1] == "486"
        office.run()
        office.check()


def test_nobody_is_called_twice_where_the_failover_number_fails_too() -> None:
    with Office("alice", "first") as office:
        outside(office, "first", number="0171555", failover="0171555")
        outside(office, "first", failover="0171555")
        office["first"].refuses = 503
        alice = office["alice"].dial(NUMBER)
        office.run(3)
        assert [each.number for each in office.house.told(LegCalled)] == [NUMBER, "0171555"]
        assert alice.notes[-1] == "500"
        office.run()
        office.check()


def test_a_forwarded_call_reaches_no_route_where_the_extension_is_disabled() -> None:
    with Office("alice", "bob", "carol", "provider") as office:
        outside(office, "provider", number="carol")
        office.house.change("carol", enabled=False)
        to = Forwarding(active=True, target="carol", kind="extension")
        office.house.facilities.features.set("bob", NONE_SET.forwarded("always", to))
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes[-1] == "480"
        assert {each.reason for each in office.house.told(LegEnded)} == {"out_of_service"}
        assert not office["provider"].talks
        office.run()
        office.check()


def test_of_two_limits_the_shorter_holds_with_the_warning_there_is() -> None:
    route, trunk = Limit(600, 60, 10), Limit(300, 20, 5)
    assert route.shorter(trunk) == trunk.shorter(route) == trunk
    assert route.shorter(Limit(300)) == Limit(300, 60, 10)
    assert route.shorter(NO_LIMIT) == NO_LIMIT.shorter(route) == route
    assert NO_LIMIT.shorter(NO_LIMIT) == NO_LIMIT


def emergency(office: Office, *trunks: str, urgency: int = 10, hunts: bool = True) -> None:
    office.house.routes[POLICE] = tuple(
        Way(each, POLICE, "4989100", urgency=urgency, hunts=hunts) for each in trunks
    )


def test_an_emergency_ends_an_ordinary_call_where_there_is_no_line() -> None:
    with Office("alice", "bob", "first") as office:
        outside(office, "first", most_out=1)
        alice = talking(office, "alice", "first")
        emergency(office, "first")
        bob = talking(office, "bob", "first", POLICE)
        assert alice.notes[-1] == "ended"
        reasons = [each.reason for each in office.house.facts if isinstance(each, LegEnded)]
        assert reasons == ["preempted"] * 2
        bob.hang_up()
        office.run()
        office.check()


def test_an_emergency_ends_no_call_that_is_as_urgent() -> None:
    with Office("alice", "bob", "first") as office:
        outside(office, "first", most_out=1)
        emergency(office, "first", urgency=3)
        alice = talking(office, "alice", "first", POLICE)
        emergency(office, "first", urgency=3)
        bob = office["bob"].dial(POLICE)
        office.run(1)
        assert (alice.notes[-1], bob.notes) == ("confirmed", ["503"])
        emergency(office, "first", urgency=2, hunts=False)
        assert office["bob"].dial(POLICE)
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        emergency(office, "first", urgency=2)
        office["bob"].dial(POLICE)
        office.run(1)
        assert alice.notes[-1] == "ended"
        office.run()
        office.check()


def test_an_emergency_goes_on_where_a_provider_says_that_it_is_busy() -> None:
    with Office("alice", "first", "second") as office:
        outside(office, "first", "second")
        emergency(office, "first", "second")
        office["first"].refuses = 486
        alice = talking(office, "alice", "second", POLICE)
        called = [each.trunk for each in office.house.facts if isinstance(each, LegCalled)]
        assert called == ["first", "second"]
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("status", "goes_on"),
    [(404, True), (488, True), (503, True), (599, True), (486, False), (603, False)],
)
def test_another_trunk_is_tried_unless_it_is_the_callee_who_refuses(
    status: int, *, goes_on: bool
) -> None:
    with Office("alice", "first", "second") as office:
        outside(office, "first", "second")
        office["first"].refuses = status
        alice = office["alice"].dial(NUMBER)
        office.run(1)
        assert bool(office["second"].talks) is goes_on
        alice.hang_up()
        office.run()
        office.check()


def test_the_cause_for_who_is_not_registered_is_a_setting() -> None:
    with Office("alice", "bob") as office:
        directory = office.house.directory
        settings = msgspec.structs.replace(directory.settings, unavailable_status=404)
        directory.apply(Delta(directory.version + 1, (SettingsChanged(settings),)))
        office.house.bindings.clear()
        alice = office["alice"].dial("bob")
        office.run()
        office.check()
        assert alice.notes == ["404"]
        (ended,) = (each for each in office.house.facts if isinstance(each, LegEnded))
        assert (ended.status, ended.cause) == (404, 1)


def diversion(office: Office, *, deflects: bool) -> bytes:
    """What a provider reads whose call comes back to it, since Bob forwards all his calls."""
    directory = office.house.directory
    settings = msgspec.structs.replace(directory.settings, deflection_diversion=deflects)
    by_did = InboundRoute("in", "In", ("provider",), Place("by_did"))
    changes = (
        ExtensionRemoved("provider"),
        SettingsChanged(settings),
        PlanChanged(Plan(inbound=(by_did,))),
    )
    directory.apply(Delta(directory.version + 1, changes))
    outside(office, "provider")
    office.house.features["bob"] = NONE_SET.forwarded(
        "always", Forwarding(active=True, target=NUMBER)
    )
    call = office["provider"].dial("bob")
    office.run(1)
    invite = office["provider"].talks[-1].last
    assert isinstance(invite, Request)
    call.hang_up()
    office.run()
    return invite.get(b"diversion") or b""


def test_a_redirected_call_says_that_it_was_deflected_where_that_is_wanted() -> None:
    for deflects, reason in (True, b"reason=deflection"), (False, b"reason=unconditional"):
        with Office("provider", "bob") as office:
            told = diversion(office, deflects=deflects)
            assert told.startswith(b"<sip:bob@")
            assert reason in told
            office.check()


def test_no_call_goes_out_where_the_provider_does_not_know_us() -> None:
    with Office("alice", "first", "second") as office:
        outside(office, "first", registers=True, unregistered_out=False)
        outside(office, "second")
        directory = office.house.directory
        both = (directory.trunks[each] for each in ("first", "second"))
        office.house.routes[NUMBER] = tuple(Way(each.id, NUMBER, "4989100") for each in both)
        office.house.lines.registered = lambda trunk: False
        talking(office, "alice", "second").hang_up()
        office.run(1)
        office.house.lines.registered = lambda trunk: True
        talking(office, "alice", "first").hang_up()
        office.run()
        office.check()


def test_a_provider_is_told_the_number_that_stands_for_all_of_ours() -> None:
    with Office("alice", "first") as office:
        outside(office, "first", asserted_number="4989200")
        talk = talking(office, "alice", "first")
        invite = office["first"].talk.last
        assert isinstance(invite, Request)
        told = {each.partition(b": ")[0]: each for each in invite.lines}
        assert b"<sip:4989200@" in told[b"P-Asserted-Identity"]
        assert b"<sip:4989100@" in told[b"From"]
        talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(("own_s", "ends"), [(None, False), (20.0, True), (0.0, False)])
def test_a_talk_ends_when_a_provider_is_silent_for_as_long_as_its_trunk_says(
    own_s: float | None, *, ends: bool
) -> None:
    with Office("alice", "first") as office:
        outside(office, "first", rtp_timeout_s=own_s)
        talk = talking(office, "alice", "first")
        workers = office.house.workers
        limits = {each: workers.silences[each] for each in workers.streams}
        assert sorted(limits.values()) == sorted([60.0, 60.0 if own_s is None else own_s])
        for stream in [at for at, limit_s in limits.items() if limit_s != 60.0]:
            workers.fall_silent(stream)
        office.run(30)
        assert (talk.notes[-1] == "ended") is ends
        talk.hang_up()
        office.run()
        office.check()


def test_the_lamp_of_a_trunk_shows_its_calls_and_whether_it_works() -> None:
    with Office("alice", "first") as office:
        outside(office, "first")
        lines, directory = office.house.lines, office.house.directory
        changed = list[str]()
        lines.place_changed = changed.append
        lamp = directory.trunks["first"].lamp
        assert lamp == "trunk-first"
        assert msgspec.structs.replace(directory.trunks["first"], name="Süd  Line").lamp == (
            "trunk-süd-line"
        )
        assert directory.can_be_watched(lamp)
        assert directory.can_be_watched("Trunk-First")
        assert directory.watched("Trunk-First", "alice") == lamp
        assert not directory.can_be_watched("trunk-second")
        assert lines.dialogs(lamp) == ()
        talk = talking(office, "alice", "first")
        assert [(each.state, each.direction) for each in lines.dialogs(lamp)] == [
            ("confirmed", "initiator")
        ]
        assert not any(each.call_id or each.remote.identity for each in lines.dialogs(lamp))
        talk.hang_up()
        office.run()
        assert lines.dialogs(lamp) == ()
        assert set(changed) == {lamp}
        lamps = office.house.context.lamps
        lamps.trunk_works = lambda trunk: False
        changed.clear()
        lamps.trunk_changed("first")
        assert changed == [lamp]
        assert [each.id for each in lines.dialogs(lamp)] == ["out-of-order"]
        office.check()


def test_a_call_inside_ends_in_the_callers_time() -> None:
    with Office("alice", "bob") as office:
        office.house.change("alice", longest_s=10)
        for caller, lasts in ("alice", False), ("bob", True):
            talk = talking(office, caller, _other(caller), _other(caller))
            office.run(8)
            assert talk.notes[-1] == "confirmed"
            office.run(3)
            assert (talk.notes[-1] == "confirmed") is lasts
            talk.hang_up()
            office.run()
        ended = [each for each in office.house.told(LegEnded) if isinstance(each, LegEnded)]
        assert "time_limit" in {each.reason for each in ended}
        office.check()


def _other(name: str) -> str:
    return "bob" if name == "alice" else "alice"


@pytest.mark.parametrize("takes", ["place", "ringing"])
def test_who_takes_a_call_that_was_there_makes_none(takes: str) -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("carol", longest_s=10)
        if takes == "place":
            alice = talking(office, "alice", "bob", "bob")
            line = b"Replaces: " + replaces(office["bob"].talk).encode()
            carol = office["carol"].dial("bob", line)
        else:
            alice = office["alice"].dial("bob")
            office.run(1)
            carol = office["carol"].dial("**bob")
        office.run(15)
        assert (alice.notes[-1], carol.notes[-1]) == ("confirmed", "confirmed")
        alice.hang_up()
        office.run()
        office.check()


def test_a_callers_time_runs_on_for_who_takes_his_place() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("alice", longest_s=10)
        alice = talking(office, "alice", "bob", "bob")
        office.run(5)
        line = b"Replaces: " + replaces(alice).encode()
        taken = office["alice"].dial("bob", line)
        office.run(1)
        assert (alice.notes[-1], taken.notes[-1]) == ("ended", "confirmed")
        office.run(5)
        assert taken.notes[-1] == "ended"
        office.run()
        office.check()
