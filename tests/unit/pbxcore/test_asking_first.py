"""Transfers by keys after a consultation, and what is heard by whom nobody talks to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.calls.hanging_up import HEARD_S
from pbxcore.dialplan.plan import Limit
from pbxcore.journal import CallTransferred
from pbxcore.media.commands import Play, StreamSilent
from pbxcore.media.tones import plan_for
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_transfers import refer
from tests.unit.pbxcore.test_handing_over import kinds, over, press, talking

if TYPE_CHECKING:
    from pbxcore.media.commands import Tone
    from tests.support.handsets import Talk

PLAN = plan_for("")


def plays(office: Office, tone: Tone) -> bool:
    """Whether this was the last thing that somebody was played."""
    played = [each for each in office.house.workers.asked if isinstance(each, Play)]
    return bool(played) and played[-1].sources == (tone,)


def asking(office: Office) -> tuple[Talk, Talk, Talk]:
    """Bob, whom Alice called, asks Carol first."""
    alice, bob = talking(office)
    press(office, "*2carol#")
    office.run(1)
    return alice, bob, office["carol"].talk


def press_again(office: Office, keys: str) -> None:
    """Bob, whose stream is the second, presses keys."""
    for key in keys:
        office.house.workers.press(list(office.house.workers.streams)[1], key)
    office.run(1)


def test_who_asked_hangs_up_and_the_two_others_talk() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = asking(office)
        carol.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2  # Bob and Carol; Alice has music
        bob.hang_up()
        office.run(1)
        assert alice.notes[-1] != "ended"
        assert len(office.house.workers.heard) == 2
        assert kinds(office) == ["attended"]
        alice.hang_up()
        office.run(1)
        assert carol.notes[-1] == "ended"
        office.run()
        office.check()


def test_who_asked_need_not_wait_for_an_answer() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = asking(office)
        bob.hang_up()
        office.run(1)
        assert plays(office, PLAN.ring_back)
        carol.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        over(office, alice)
        assert carol.notes[-1] == "ended"


def test_the_code_again_hands_on() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = asking(office)
        carol.accept()
        office.run(1)
        press_again(office, "*2")
        assert bob.notes[-1] == "ended"
        over(office, alice)
        assert carol.notes[-1] == "ended"


def test_who_asked_goes_back_whether_it_is_answered_or_rings() -> None:
    for answered in False, True:
        with Office("alice", "bob", "carol") as office:
            alice, bob, carol = asking(office)
            if answered:
                carol.accept()
                office.run(1)
            press_again(office, "*0")
            assert carol.notes[-1] == "ended"
            assert "ended" not in alice.notes + bob.notes
            assert len(office.house.workers.heard) == 2
            assert kinds(office) == []
            over(office, bob)
            assert alice.notes[-1] == "ended"


def test_the_third_does_not_want_the_call() -> None:
    for answered in False, True:
        with Office("alice", "bob", "carol") as office:
            office["carol"].refuses = 0 if answered else 486
            alice, bob, carol = asking(office)
            if answered:
                carol.accept()
                office.run(1)
                carol.hang_up()
                office.run(1)
            assert "ended" not in alice.notes + bob.notes
            assert len(office.house.workers.heard) == 2
            over(office, alice)
            assert bob.notes[-1] == "ended"


def test_who_waits_hangs_up_and_the_others_talk_on() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = asking(office)
        alice.hang_up()
        office.run(1)
        carol.accept()
        office.run(1)
        assert "ended" not in bob.notes + carol.notes
        assert len(office.house.workers.heard) == 2
        over(office, bob)
        assert carol.notes[-1] == "ended"


def test_a_service_is_asked_and_the_partner_hears_it() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        press(office, "*2*43#")
        office.run(1)
        bob.hang_up()
        office.run(1)
        assert "ended" not in alice.notes
        over(office, alice)


def test_who_is_handed_on_to_the_busy_hears_it_before_we_hang_up() -> None:
    for status, tone in (486, PLAN.busy), (503, PLAN.congestion):
        with Office("alice", "bob", "carol") as office:
            office["carol"].refuses = status
            alice, bob = talking(office)
            refer(bob, office.house.uri("carol"))
            bob.hang_up()
            office.run(2)
            assert plays(office, tone)
            assert alice.notes[-1] != "ended"
            office.run(HEARD_S)
            assert alice.notes[-1] == "ended"
            assert [each.kind for each in office.house.facts if isinstance(each, CallTransferred)]
            office.run()
            office.check()


def test_a_service_that_has_ended_brings_back() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        press(office, "*2*43#")
        office.run(5)
        press_again(office, "#")
        office.run(5)
        assert "ended" not in alice.notes + bob.notes
        assert len(office.house.workers.heard) == 2
        over(office, bob)
        assert alice.notes[-1] == "ended"


def test_who_asks_cannot_send_the_third_elsewhere() -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        alice, bob, carol = asking(office)
        carol.accept()
        office.run(1)
        refer(bob, office.house.uri("dave"))
        office.run(1)
        assert not office["dave"].talks
        assert "ended" not in alice.notes + bob.notes + carol.notes
        bob.hang_up()
        over(office, alice)
        assert carol.notes[-1] == "ended"


def test_nobody_is_left_when_the_third_does_not_answer_and_the_partner_has_gone() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = asking(office)
        alice.hang_up()
        office.run(1)
        carol.incoming.refuse(486)
        office.run(1)
        assert plays(office, PLAN.busy)
        office.run(HEARD_S)
        assert bob.notes[-1] == "ended"
        office.run()
        office.check()


@pytest.mark.parametrize("how", ["keys", "silence", "limit"])
def test_the_end_of_the_third_is_not_the_end_of_who_waits(how: str) -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = asking(office)
        if how == "limit":
            for each in office.house.lines.of("carol"):
                each.limit = Limit(5)
        carol.accept()
        office.run(1)
        if how == "keys":
            press(office, "*0")
        elif how == "silence":
            office.house.workers.notice(StreamSilent(list(office.house.workers.streams)[2]))
        office.run(6)
        assert carol.notes[-1] == "ended"
        assert "ended" not in alice.notes + bob.notes
        assert len(office.house.workers.heard) == 2
        over(office, bob)
        assert alice.notes[-1] == "ended"


def test_who_is_asked_asks_nobody_in_turn() -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        _, bob, carol = asking(office)
        carol.accept()
        office.run(1)
        press(office, "*2dave#")
        office.run(1)
        assert not office["dave"].talks
        assert len(office.house.workers.heard) == 2
        bob.hang_up()
        over(office, carol)


@pytest.mark.parametrize("way", ["refused", "hung up"])
def test_the_third_hands_on_who_asks(way: str) -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        office["dave"].refuses = 486 if way == "refused" else 0
        alice, bob, carol = asking(office)
        carol.accept()
        office.run(1)
        refer(carol, office.house.uri("dave"))
        carol.hang_up()
        office.run(2)
        if way == "refused":  # back to whom he left
            assert "ended" not in alice.notes + bob.notes
            assert len(office.house.workers.heard) == 2
        else:
            bob.hang_up()
            office["dave"].talk.accept()
            office.run(1)
            assert alice.notes[-1] != "ended"
            assert len(office.house.workers.heard) == 2
        over(office, alice)


def test_a_call_that_is_ended_as_a_whole_ends_for_who_waits_too() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob, carol = asking(office)
        carol.accept()
        office.run(1)
        office.house.switchboard.hang_up_all()
        office.run()
        assert alice.notes[-1] == bob.notes[-1] == carol.notes[-1] == "ended"
        assert kinds(office) == []
        office.check()
