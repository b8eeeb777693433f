"""Talks that go on elsewhere without a break, and transfers by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Limit, RingGroup
from pbxcore.journal import CallTransferred
from tests.support.handsets import Office
from tests.support.switching import binding
from tests.unit.pbxcore.test_call_limits import NUMBER, outside
from tests.unit.pbxcore.test_call_transfers import refer

if TYPE_CHECKING:
    from tests.support.handsets import Talk


def talking(office: Office) -> tuple[Talk, Talk]:
    alice = office["alice"].dial("bob")
    office.run(1)
    bob = office["bob"].talk
    bob.accept()
    office.run(1)
    return alice, bob


def press(office: Office, keys: str) -> None:
    """Whoever was called presses keys."""
    stream = list(office.house.workers.streams)[-1]
    for key in keys:
        office.house.workers.press(stream, key)
        office.run(0.1)


def kinds(office: Office) -> list[str]:
    return [each.kind for each in office.house.facts if isinstance(each, CallTransferred)]


def over(office: Office, talk: Talk) -> None:
    talk.hang_up()
    office.run()
    office.check()


def second_phone(office: Office) -> None:
    """Bob has a phone in the yard too."""
    house = office.house
    yard = office["yard"].stack
    house.bindings["bob"] += (binding("bob", yard, house.stack),)


@pytest.mark.parametrize("way", ["keys", "refer"])
def test_a_talk_is_flipped_to_another_phone_and_nobody_waits(way: str) -> None:
    with Office("alice", "bob", "yard") as office:
        second_phone(office)
        alice, bob = talking(office)
        if way == "keys":
            press(office, "*46")
        else:
            refer(bob, office.house.uri("*46"))
        office.run(1)
        assert len(office.house.workers.heard) == 2  # they talk on
        assert len(office["bob"].talks) == 1
        office["yard"].talk.accept()
        office.run(1)
        assert bob.notes[-1] == "ended"
        assert office["yard"].talk.notes[-1] == "confirmed"
        assert len(office.house.workers.heard) == 2
        assert kinds(office) == ["flip"]
        over(office, alice)
        assert office["yard"].talk.notes[-1] == "ended"


@pytest.mark.parametrize("crossing", [False, True])
@pytest.mark.parametrize("after_ms", [0, 1, 5, 10, 11, 20, 21, 30, 50, 500])
def test_whose_talk_was_flipped_is_rung_at_both_phones_as_soon_as_it_is_over(
    after_ms: int, *, crossing: bool
) -> None:
    with Office("alice", "bob", "yard") as office:
        second_phone(office)
        plan = office.house.directory.plan
        office.house.directory.plan = msgspec.structs.replace(
            plan,
            numbers={**plan.numbers, "team": Place("ring_group", "team")},
            ring_groups={"team": RingGroup("team", "Team", ("bob",))},
        )
        alice, bob = talking(office)
        refer(bob, office.house.uri("*46"))
        office.run(1)
        office["yard"].talk.accept()
        office.run(0.05 if crossing else 1)  # the BYE to the other phone is under way, or over
        alice.hang_up()
        office.run(after_ms / 1000)
        before = len(office["bob"].talks), len(office["yard"].talks)
        again = office["alice"].dial("team")
        office.run(1)
        assert (len(office["bob"].talks), len(office["yard"].talks)) == (
            before[0] + 1,
            before[1] + 1,
        )
        over(office, again)


def test_a_flip_that_nobody_takes_leaves_the_talk_as_it_was() -> None:
    with Office("alice", "bob", "yard") as office:
        second_phone(office)
        alice, bob = talking(office)
        told = refer(bob, office.house.uri("*46"))
        office.run(40)
        assert told[-1].status == 480
        assert "ended" not in (alice.notes[-1], bob.notes[-1])
        over(office, alice)
        assert office["yard"].talk.notes[-1] == "ended"


def test_who_has_one_phone_flips_nowhere() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        told = refer(bob, office.house.uri("*46"))
        office.run(1)
        assert told[-1].status == 480
        over(office, alice)


def test_the_other_party_notices_nothing_of_a_seamless_transfer() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        press(office, "*44carol#")
        office.run(1)
        assert len(office.house.workers.heard) == 2
        office["carol"].talk.accept()
        office.run(1)
        assert bob.notes[-1] == "ended"
        assert kinds(office) == ["seamless"]
        assert len(office.house.workers.heard) == 2
        over(office, alice)


def test_who_hangs_up_meanwhile_is_not_called_for_any_more() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, _ = talking(office)
        press(office, "*44carol")
        office.run(4)
        alice.hang_up()
        office.run(1)
        assert office["carol"].talk.notes[-1] == "ended"
        office.run()
        office.check()


def test_keys_hand_a_call_on_blindly() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        press(office, "#1carol#")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert bob.notes[-1] == "ended"
        assert kinds(office) == ["blind"]
        over(office, alice)


@pytest.mark.parametrize(
    ("by", "ends"), [("both", True), ("callee", True), ("caller", False), ("none", False)]
)
def test_a_code_is_pressed_by_those_who_may(by: str, ends: bool) -> None:
    with Office("alice", "bob") as office:
        plan = office.house.directory.plan
        codes = msgspec.structs.replace(plan.codes, pressed_by={"disconnect": by})
        office.house.directory.plan = msgspec.structs.replace(plan, codes=codes)
        alice, _ = talking(office)
        press(office, "*0")
        office.run(1)
        assert (alice.notes[-1] == "ended") is ends
        if not ends:
            alice.hang_up()
        office.run()
        office.check()


def test_keys_end_a_call() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        press(office, "*0")
        office.run()
        office.check()
        assert alice.notes[-1] == bob.notes[-1] == "ended"


def test_a_code_without_a_number_does_nothing() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        press(office, "#1")
        office.run(10)
        press(office, "5")
        assert not kinds(office)
        over(office, alice)


def test_who_takes_a_talk_over_outside_has_a_limit_too() -> None:
    with Office("alice", "bob", "provider") as office:
        outside(office, "provider", limit=Limit(60))
        alice, _ = talking(office)
        press(office, f"*44{NUMBER}#")
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        assert kinds(office) == ["seamless"]
        office.run(57)
        assert alice.notes[-1] == "confirmed"
        office.run(3)
        assert (alice.notes[-1], office["provider"].talk.notes[-1]) == ("ended", "ended")
        office.run()
        office.check()


@pytest.mark.parametrize("to", ["yard", "carol"])
def test_who_is_called_to_take_over_a_talk_has_no_limit_of_his_own_there(to: str) -> None:
    with Office("alice", "bob", "yard", "carol") as office:
        second_phone(office)
        for each in ("bob", "carol"):
            office.house.change(each, longest_s=10)
        alice, bob = talking(office)
        press(office, "*46" if to == "yard" else "*44carol#")
        office.run(1)
        office[to].talk.accept()
        office.run(15)
        assert bob.notes[-1] == "ended"
        assert (alice.notes[-1], office[to].talk.notes[-1]) == ("confirmed", "confirmed")
        over(office, alice)


def test_the_time_of_who_called_runs_on_at_his_other_phone() -> None:
    with Office("alice", "bob", "yard") as office:
        second_phone(office)
        office.house.change("bob", longest_s=20)
        bob = office["bob"].dial("alice")
        office.run(1)
        office["alice"].talk.accept()
        office.run(5)
        refer(bob, office.house.uri("*46"))
        office.run(1)
        office["yard"].talk.accept()
        office.run(8)
        assert (bob.notes[-1], office["yard"].talk.notes[-1]) == ("ended", "confirmed")
        office.run(8)
        assert office["yard"].talk.notes[-1] == "ended"
        office.run()
        office.check()
