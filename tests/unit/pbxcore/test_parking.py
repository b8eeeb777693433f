"""Parked calls: they wait in a slot, are taken there, and return to who parked them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import FeatureCodes, ParkingLot, Plan
from pbxcore.journal import CallEnded, CallTransferred, LegCalled
from pbxcore.media.commands import DigitHeard, Play
from pbxcore.sip.uri import write_uri_headers
from tests.support.handsets import Office
from tests.support.switching import binding
from tests.unit.pbxcore.test_call_changes import talking
from tests.unit.pbxcore.test_call_transfers import refer, replaces

if TYPE_CHECKING:
    from tests.support.handsets import Talk

SLOTS = ("701", "702")


def office_with(**more: object) -> Office:
    office = Office("alice", "bob", "carol", "dave")
    usual = {"number": "700", "name": "Lot", "slots": SLOTS, "timeout_s": 15}
    lot = ParkingLot(**(usual | more))  # type: ignore[arg-type]
    slots = {each: Place("parking_slot", each) for each in lot.slots}
    office.house.directory.plan = Plan(
        numbers={"700": Place("parking_lot", "700"), **slots}, parking_lots=(lot,)
    )
    return office


def parked(office: Office, slot: str = "700") -> tuple[Talk, Talk]:
    """Bob, whom Alice called, has parked her."""
    alice, bob = talking(office)
    told = refer(bob, office.house.uri(slot))
    office.run(1)
    assert told[-1].status == 200
    assert bob.notes[-1] == "ended"
    assert alice.notes[-1] != "ended"
    return alice, bob


def test_a_call_that_is_handed_to_the_lot_waits_in_a_slot_and_is_taken_there() -> None:
    with office_with() as office:
        alice, _ = parked(office)
        house = office.house
        [lamp] = house.lines.dialogs("701")
        assert (lamp.state, "alice" in lamp.remote.identity) == ("confirmed", True)
        carol = office["carol"].dial("701")
        office.run(1)
        assert "described" in carol.notes
        assert len(house.workers.heard) == 2
        assert not house.lines.dialogs("701")
        office.run(60)
        assert alice.notes[-1] != "ended"
        carol.hang_up()
        office.run()
        office.check()
        assert [each.kind for each in house.facts if isinstance(each, CallTransferred)] == [
            "park",
            "pickup",
        ]
        assert len(house.told(CallEnded)) == 1


def test_an_operator_parks_whom_an_extension_talks_to() -> None:
    with office_with() as office:
        alice, bob = talking(office)
        house = office.house
        called = next(each for each in house.facts if isinstance(each, LegCalled))
        assert house.switchboard.park(called.call, "nobody") == (481, "")
        assert house.switchboard.park(called.call, called.leg) == (200, "701")
        office.run(1)
        assert bob.notes[-1] == "ended"
        assert house.switchboard.park(called.call, called.leg) == (481, "")
        assert house.lines.dialogs("701")
        office.run(15)
        assert len(office["bob"].talks) == 2, "it rings at who had him"
        alice.hang_up()
        office.run()
        office.check()


def test_where_every_slot_is_taken_nobody_is_parked_and_the_two_talk_on() -> None:
    with office_with(slots=()) as office:
        alice, bob = talking(office)
        called = next(each for each in office.house.facts if isinstance(each, LegCalled))
        assert office.house.switchboard.park(called.call, called.leg) == (486, "")
        office.run(5)
        assert "ended" not in (alice.notes[-1], bob.notes[-1])
        alice.hang_up()
        office.run()
        office.check()


def test_it_returns_to_who_parked_it() -> None:
    with office_with() as office:
        alice, _ = parked(office)
        office.run(13)
        assert len(office["bob"].talks) == 1
        office.run(3)
        back = office["bob"].talk
        assert back.last is not None
        assert b'"Parked 701" <sip:alice@' in (back.last.get(b"from") or b"")
        back.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        assert not office.house.lines.dialogs("701")
        alice.hang_up()
        office.run()
        office.check()
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert [each.action for each in called] == ["dial", "parking"]


def test_it_is_taken_from_its_slot_while_it_rings_at_who_parked_it() -> None:
    with office_with() as office:
        _, _ = parked(office)
        office.run(16)
        carol = office["carol"].dial("701")
        office.run(1)
        assert office["bob"].talk.notes[-1] == "ended"
        assert len(office.house.workers.heard) == 2
        carol.hang_up()
        office.run()
        office.check()


def test_who_declines_is_asked_three_times_and_then_nobody_is_left() -> None:
    with office_with() as office:
        alice, _ = parked(office)
        office["bob"].refuses = 486
        office.run(70)
        assert len(office["bob"].talks) == 3
        assert alice.notes[-1] != "ended"
        office.run(10)
        assert len(office["bob"].talks) == 4
        assert alice.notes[-1] == "ended"
        office.run()
        office.check()


def test_what_nobody_takes_goes_where_the_lot_wants_it() -> None:
    with office_with(otherwise=Place("extension", "dave")) as office:
        alice, _ = parked(office)
        office["bob"].refuses = 486
        office.run(17)
        office["dave"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_a_parked_caller_who_hangs_up_frees_the_slot() -> None:
    with office_with() as office:
        alice, _ = parked(office, "702")
        assert office.house.lines.dialogs("702")
        alice.hang_up()
        office.run(1)
        assert not len(office.house.parking)
        taken = office["carol"].dial("702")
        office.run(1)
        assert taken.notes[-1] == "480"
        office.run()
        office.check()


def test_a_slot_that_is_taken_takes_no_other_call() -> None:
    with office_with() as office:
        parked(office, "701")
        carol = office["carol"].dial("dave")
        office.run(1)
        dave = office["dave"].talk
        dave.accept()
        office.run(1)
        told = refer(dave, office.house.uri("701"))
        office.run(1)
        assert told[-1].status == 486
        assert len(office.house.workers.heard) == 2
        told = refer(dave, office.house.uri("700"))
        office.run(1)
        assert told[-1].status == 200
        assert office.house.lines.dialogs("702")
        carol.hang_up()
        office.run(1)
        office["alice"].talk.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(("pause_s", "parks"), [(0.3, True), (2.5, False)])
def test_the_code_parks_whom_one_talks_to(pause_s: float, parks: bool) -> None:
    with office_with() as office:
        alice, bob = talking(office)
        workers = office.house.workers
        stream = next(
            each.stream
            for each in workers.asked[::-1]
            if getattr(each, "stream", "") in workers.heard
        )
        for digit in FeatureCodes().park:
            workers.notice(DigitHeard(stream, digit, 100))
            office.run(pause_s)
        assert any(isinstance(each, Play) for each in workers.asked) is parks
        said = [name for names in workers.said.values() for name in names]
        assert said == (["parked-at", "digit-7", "digit-0", "digit-1"] if parks else [])
        office.run(5)
        ended = [each.notes[-1] == "ended" for each in (alice, bob)]
        assert ended.count(True) == parks
        assert bool(office.house.lines.dialogs("701")) is parks
        for each in (alice, bob):
            each.hang_up()
        office.run()
        office.check()


def test_who_hangs_up_while_he_is_told_the_slot_leaves_the_call_there() -> None:
    with office_with() as office:
        alice, bob = talking(office)
        workers = office.house.workers
        stream = next(each for each in workers.heard if alice_or_bob(office, each) == "bob")
        for digit in FeatureCodes().park:
            workers.notice(DigitHeard(stream, digit, 100))
        office.run(1)
        bob.hang_up()
        office.run(1)
        assert alice.notes[-1] != "ended"
        assert office.house.lines.dialogs("701")
        alice.hang_up()
        office.run()
        office.check()


def alice_or_bob(office: Office, stream: str) -> str:
    """Whose stream it is."""
    calls = office.house.switchboard.calls
    legs = [leg for call in calls for leg in call.legs.values()]
    return next(leg.number for leg in legs if leg.session.sound == stream)


def test_who_asks_the_lot_for_a_slot_hands_the_call_over_to_it() -> None:
    with office_with() as office:
        alice, bob = talking(office)
        asking = office["bob"].dial("700")
        office.run(3)
        assert [name for names in office.house.workers.said.values() for name in names] == [
            "parked-at",
            "digit-7",
            "digit-0",
            "digit-1",
        ]
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        told = refer(bob, b"%b?%b" % (office.house.uri("700"), headers))
        office.run(1)
        assert told[-1].status == 200
        assert bob.notes[-1] == asking.notes[-1] == "ended"
        assert alice.notes[-1] != "ended"
        assert office.house.lines.dialogs("701")
        alice.hang_up()
        office.run()
        office.check()


def test_a_full_lot_takes_no_call() -> None:
    with office_with(slots=("701",)) as office:
        parked(office)
        asking = office["bob"].dial("700")
        office.run(1)
        assert asking.notes[-1] == "486"
        office["alice"].talk.hang_up()
        office.run()
        office.check()


def test_it_goes_straight_to_the_destination_where_the_lot_wants_so() -> None:
    with office_with(goes_straight=True, otherwise=Place("extension", "carol")) as office:
        alice, _ = parked(office)
        office.run(16)
        assert len(office["bob"].talks) == 1
        office["carol"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("rings_all", [True, False])
def test_it_returns_to_all_phones_or_to_that_which_parked_it(rings_all: bool) -> None:
    with office_with(rings_all=rings_all) as office:
        house, other = office.house, office["dave"]
        alice, _ = parked(office)
        house.bindings["bob"] += (binding("bob", other.stack, house.stack),)
        office.run(16)
        assert [len(office[each].talks) for each in ("bob", "dave")] == [2, int(rings_all)]
        office["bob"].talk.accept()
        office.run(1)
        assert len(house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()


def test_a_lot_that_is_no_extension_takes_calls_by_its_slots_alone() -> None:
    with office_with(is_dialled=False) as office:
        plan = office.house.directory.plan
        numbers = {each: place for each, place in plan.numbers.items() if each != "700"}
        office.house.directory.plan = msgspec.structs.replace(plan, numbers=numbers)
        alice, bob = talking(office)
        told = refer(bob, office.house.uri("700"))
        office.run(1)
        assert told[-1].status == 404
        assert alice.notes[-1] != "ended"
        alice.hang_up()
        office.run()
        office.check()
    with office_with(is_dialled=False) as office:
        alice, _ = parked(office, "702")
        assert office.house.lines.dialogs("702")
        alice.hang_up()
        office.run()
        office.check()
