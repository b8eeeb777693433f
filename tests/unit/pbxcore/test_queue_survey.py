"""Callers say how satisfied they are once the agent has hung up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.journal import QueueCallRated
from pbxcore.queues import facts
from pbxcore.sip.sdp.codecs import G729
from tests.unit.pbxcore.test_call_transfers import refer, replaces
from tests.unit.pbxcore.test_queue_calls import answered, last, office_with
from tests.unit.pbxcore.test_queue_flips import again

if TYPE_CHECKING:
    from tests.support.handsets import Office

SURVEY = {"survey": True}


def ratings(office: Office) -> list[QueueCallRated]:
    return [each for each in office.house.facts if isinstance(each, QueueCallRated)]


def press(office: Office, *keys: str) -> None:
    """The caller presses keys."""
    office.house.workers.press(next(iter(office.house.workers.said)), *keys)
    office.run(1)


@pytest.mark.parametrize(("keys", "rating"), [(("4",), [4]), (("9", "1"), [1]), (("8", "9"), [])])
def test_a_caller_whom_the_agent_leaves_rates_the_call(
    keys: tuple[str, ...], rating: list[int]
) -> None:
    with office_with("bob", about=SURVEY) as office:
        alice, bob = answered(office)
        bob.hang_up()
        office.run(1)
        assert last(office, facts.Completed).end is facts.End.AGENT
        assert alice.notes[-1] == "confirmed"
        for key in keys:
            press(office, key)
            office.run(3)
        office.run()
        assert alice.notes[-1] == "ended"
        assert [each.rating for each in ratings(office)] == rating
        if rating:
            [told] = ratings(office)
            assert (told.queue, told.agent) == ("help", "bob")
            assert told.caller == last(office, facts.CallerEntered).caller
        office.check()


def test_who_hangs_up_himself_or_says_nothing_rates_nothing() -> None:
    with office_with("bob", about=SURVEY) as office:
        alice, bob = answered(office)
        alice.hang_up()
        office.run()
        assert bob.notes[-1] == "ended"
        alice, _ = answered(office)
        office["bob"].talk.accept()
        office.run(1)
        office["bob"].talk.hang_up()
        office.run(60)
        assert office["alice"].talk.notes[-1] == "ended"
        assert not ratings(office)
        office.check()


def test_an_agent_who_took_another_phone_is_rated_and_one_who_handed_the_caller_on_is_not() -> None:
    with office_with("bob", about=SURVEY) as office:
        _, bob = answered(office)
        again(office, "bob", bob).hang_up()
        office.run(1)
        press(office, "5")
        office.run()
        assert [each.agent for each in ratings(office)] == ["bob"]
        office.check()
    with office_with("bob", about=SURVEY) as office:
        alice, bob = answered(office)
        refer(bob, office.house.uri("dave"))
        office.run(1)
        office["dave"].talk.accept()
        office.run(1)
        office["dave"].talk.hang_up()
        office.run(1)
        assert alice.notes[-1] == "ended"
        office.run()
        office.check()


def test_who_does_not_get_the_agents_place_after_all_leaves_him_the_survey() -> None:
    with office_with("bob", about=SURVEY) as office:
        alice, bob = answered(office)
        office["bob"].formats = (G729,)
        line = b"Replaces: " + replaces(bob).encode()
        refused = office["bob"].dial("help", line)
        office.run(1)
        assert (refused.notes[-1], bob.notes[-1]) == ("488", "confirmed")
        bob.hang_up()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        press(office, "4")
        office.run()
        assert [each.rating for each in ratings(office)] == [4]
        office.check()


def test_who_comes_into_a_talk_of_the_line_and_stays_leaves_the_caller_to_the_survey() -> None:
    with office_with("bob", about=SURVEY) as office:
        office.house.share("bob", "erin", bridges=True)
        alice, bob = answered(office)
        erin = office["erin"].dial("*96")
        office.run(1)
        bob.hang_up()
        office.run(1)
        assert (alice.notes[-1], erin.notes[-1]) == ("confirmed", "confirmed")
        erin.hang_up()
        office.run(1)
        press(office, "4")
        office.run()
        assert [each.rating for each in ratings(office)] == [4]
        office.check()
