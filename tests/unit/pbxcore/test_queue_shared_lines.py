"""A queue rings an agent at all places of his line, and one of them takes the call."""

from __future__ import annotations

from pbxcore.queues import facts
from tests.unit.pbxcore.test_queue_calls import last, office_with, ringing


def test_an_agents_places_ring_and_whoever_answers_is_the_agent() -> None:
    with office_with("bob") as office:
        office.house.share("bob", "carol", "dave")
        alice = office["alice"].dial("help")
        office.run(5)
        assert ringing(office) == ["bob", "carol", "dave"]
        carol = office["carol"].talk
        carol.accept()
        office.run(1)
        assert ringing(office) == []
        assert last(office, facts.Connected).agent == "bob"
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
        assert carol.notes[-1] == "ended"


def test_an_agent_whose_desk_is_dark_is_reached_at_another_place() -> None:
    with office_with("bob") as office:
        office.house.share("bob", "carol")
        del office.house.bindings["bob"]
        alice = office["alice"].dial("help")
        office.run(5)
        assert ringing(office) == ["carol"]
        alice.hang_up()
        office.run()
        office.check()
