"""Callers and agents who go on at another phone or page of theirs: the queue's talk goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.queues import facts
from tests.support.switching import binding
from tests.unit.pbxcore.test_call_transfers import refer, replaces
from tests.unit.pbxcore.test_handing_over import press
from tests.unit.pbxcore.test_queue_board import board, state
from tests.unit.pbxcore.test_queue_calls import answered, last, office_with, told

if TYPE_CHECKING:
    from tests.support.handsets import Office, Talk


def again(office: Office, who: str, talk: Talk) -> Talk:
    """Somebody takes the place of his own leg, as a page does that was loaded anew."""
    taken = office[who].dial("help", b"Replaces: " + replaces(talk).encode())
    office.run(1)
    assert (talk.notes[-1], taken.notes[-1]) == ("ended", "confirmed")
    return taken


def completed(office: Office) -> list[facts.Completed]:
    return [each for each in told(office) if isinstance(each, facts.Completed)]


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_who_reloads_the_page_during_a_talk_of_a_queue_talks_on_in_it(who: str) -> None:
    with office_with("bob", wrap_up_s=60.0) as office:
        alice, bob = answered(office)
        office.run(10)
        anew = again(office, who, alice if who == "alice" else bob)
        office.run(10)
        assert not completed(office)
        assert state(office, "bob") == "on_call"
        [talking] = board(office).talking
        legs = [each.id for call in office.house.switchboard.calls for each in call.legs.values()]
        assert {talking.caller_leg, talking.agent_leg} == set(legs)
        anew.hang_up()
        office.run(1)
        [done] = completed(office)
        assert done.end is (facts.End.CALLER if who == "alice" else facts.End.AGENT)
        assert round(done.talked_s) == 22
        assert state(office, "bob") == "wrap_up"
        office.run()
        office.check()


def test_an_agent_who_flips_to_another_phone_is_on_the_call_until_he_hangs_up_there() -> None:
    with office_with("bob") as office:
        house = office.house
        house.bindings["bob"] += (binding("bob", office["erin"].stack, house.stack),)
        _, bob = answered(office)
        refer(bob, house.uri("*46"))
        office.run(1)
        office["erin"].talk.accept()
        office.run(20)
        assert bob.notes[-1] == "ended"
        assert not completed(office)
        office["erin"].talk.hang_up()
        office.run()
        [done] = completed(office)
        assert (done.agent, done.end, done.to) == ("bob", facts.End.AGENT, "")
        office.check()


def test_a_flip_that_nobody_takes_leaves_the_queues_talk_as_it_was() -> None:
    with office_with("bob") as office:
        house = office.house
        house.bindings["bob"] += (binding("bob", office["erin"].stack, house.stack),)
        _, bob = answered(office)
        refer(bob, house.uri("*46"))
        office.run(40)
        assert not completed(office)
        bob.hang_up()
        office.run()
        assert completed(office)[0].end is facts.End.AGENT
        office.check()


def test_a_caller_who_reloads_the_page_while_he_waits_keeps_his_place() -> None:
    with office_with("bob") as office:
        alice = office["alice"].dial("help")
        office.run(5)
        anew = again(office, "alice", alice)
        assert [each.position for each in board(office).waiting] == [1]
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        office.run(5)
        anew.hang_up()
        office.run()
        assert last(office, facts.Completed).end is facts.End.CALLER
        assert not [each for each in told(office) if isinstance(each, facts.Exited)]
        office.check()


def test_a_caller_who_reloads_during_the_welcome_is_freed_when_the_agent_hangs_up() -> None:
    with office_with("bob", about={"welcome": "/welcome.wav"}) as office:
        office.house.workers.play_s = 8.0
        alice = office["alice"].dial("help")
        office.run(3)
        office["bob"].talk.accept()
        office.run(1)
        anew = again(office, "alice", alice)
        office.run(1)
        assert not [each for each in told(office) if isinstance(each, facts.Abandoned)]
        office.run(10)
        assert len(office.house.workers.heard) == 2
        [talking] = board(office).talking
        legs = [each.id for call in office.house.switchboard.calls for each in call.legs.values()]
        assert {talking.caller_leg, talking.agent_leg} == set(legs)
        office["bob"].talk.hang_up()
        office.run()
        assert last(office, facts.Completed).end is facts.End.AGENT
        assert anew.notes[-1] == "ended"
        office.check()


def test_who_asked_a_queue_hands_on_to_it_while_its_agent_waits_for_the_welcome() -> None:
    with office_with("bob", about={"welcome": "/welcome.wav"}) as office:
        office.house.workers.play_s = 8.0
        alice = office["alice"].dial("carol")
        office.run(1)
        carol = office["carol"].talk
        carol.accept()
        office.run(1)
        press(office, "*2help#")
        office.run(3)
        office["bob"].talk.accept()
        office.run(1)
        carol.hang_up()
        office.run(12)
        assert len(office.house.workers.heard) == 2
        [talking] = board(office).talking
        legs = [each.id for call in office.house.switchboard.calls for each in call.legs.values()]
        assert {talking.caller_leg, talking.agent_leg} == set(legs)
        office["bob"].talk.hang_up()
        office.run()
        assert last(office, facts.Completed).end is facts.End.AGENT
        assert alice.notes[-1] == "ended"
        office.check()
