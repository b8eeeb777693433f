"""PINs that open the way outside: who is asked, what opens it, whom it charges."""

from __future__ import annotations

from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.plan import Plan
from pbxcore.features.model import NONE_SET, Forwarding
from pbxcore.journal import CallCharged, LegAnswered, LegCalled, LegEnded
from tests.support.handsets import Office, Talk
from tests.unit.pbxcore.test_call_limits import NUMBER, outside
from tests.unit.pbxcore.test_services import press, said

PINS = (Pin("4711", "Ana"), Pin("0815"))


def asked(office: Office) -> Talk:
    """Alice, who dials and is asked."""
    outside(office, "provider", pins=PINS)
    office.house.directory.plan = Plan()
    alice = office["alice"].dial(NUMBER)
    office.run(1)
    assert said(office) == ["enter-pin"]
    assert not office["provider"].talks
    return alice


def test_the_right_pin_opens_the_way_and_charges_its_owner() -> None:
    with Office("alice", "provider") as office:
        alice = asked(office)
        press(office, *"4711#")
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
        (charged,) = (each for each in office.house.facts if isinstance(each, CallCharged))
        assert charged.account == "Ana"
        answers = [each for each in office.house.facts if isinstance(each, LegAnswered)]
        assert [each.by for each in answers] == ["pin", ""]


def test_the_pin_of_one_route_does_not_open_that_of_the_failover_number() -> None:
    with Office("alice", "provider", "spare") as office:
        asked(office)
        outside(office, "spare", number="0171555", pins=(Pin("2222"),))
        outside(office, "provider", pins=PINS, failover="0171555")
        office["provider"].refuses = 503
        press(office, *"4711#")
        office.run(1)
        assert said(office) == ["enter-pin"] * 2
        assert not office["spare"].talks
        press(office, *"2222#")
        office.run(1)
        office["spare"].talk.accept()
        office.run(1)
        office["spare"].talk.hang_up()
        office.run()
        office.check()


def test_a_pin_without_a_name_charges_nobody() -> None:
    with Office("alice", "provider") as office:
        asked(office)
        press(office, *"0815#")
        office.run(1)
        assert office["provider"].talks
        assert not [each for each in office.house.facts if isinstance(each, CallCharged)]
        office["provider"].talk.accept()
        office.run(1)
        office["provider"].talk.hang_up()
        office.run()
        office.check()


def test_after_three_wrong_pins_the_call_ends() -> None:
    with Office("alice", "provider") as office:
        alice = asked(office)
        press(office, *"1#2#3#")
        office.run()
        office.check()
        assert alice.notes[-1] == "ended"
        assert said(office)[-2:] == ["too-many-tries", "goodbye"]
        (ended,) = (each for each in office.house.facts if isinstance(each, LegEnded))
        assert (ended.reason, ended.cause) == ("wrong_pin", 21)
        assert not [each for each in office.house.facts if isinstance(each, LegCalled)]


def test_a_call_that_is_sent_on_by_itself_passes_no_pin() -> None:
    with Office("alice", "bob", "provider") as office:
        outside(office, "provider", pins=PINS)
        office.house.features["bob"] = NONE_SET.forwarded(
            "always", Forwarding(active=True, target=NUMBER)
        )
        alice = office["alice"].dial("bob")
        office.run()
        office.check()
        assert alice.notes[-1] == "403"
        assert not office["provider"].talks


def test_a_group_without_pins_opens_nothing() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider", pins=())
        office["alice"].dial(NUMBER)
        office.run(1)
        press(office, *"4711#4711##")
        office.run()
        office.check()
        assert not office["provider"].talks
