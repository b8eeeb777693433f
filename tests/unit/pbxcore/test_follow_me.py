"""Numbers that ring together with an extension, and those where somebody is looked for."""

from __future__ import annotations

import pytest

from pbxcore.dialplan.music import MusicClass
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan
from pbxcore.directory import Delta, Trunk, TrunkPut
from pbxcore.features.model import FollowMe, Handling, Stop
from pbxcore.journal import LegCalled
from pbxcore.media.commands import File, Play
from tests.support.handsets import Office
from tests.support.switching import Way

MOBILE = "0171555"


def office(*names: str, **fields: object) -> Office:
    """Bob has these, and a provider for his calls outside."""
    made = Office("alice", "bob", "carol", "dave", "provider", *names)
    house = made.house
    house.change("bob", handling=Handling(**fields), ring_s=20)  # type: ignore[arg-type]
    line = Trunk("line", "Line", made["provider"].stack.host)
    house.directory.apply(Delta(house.directory.version + 1, (TrunkPut(line),)))
    house.routes[MOBILE] = (Way("line", MOBILE, "4989100"),)
    return made


def ringing(office: Office) -> set[str]:
    return {
        name
        for name, each in office.handsets.items()
        if each.talks and each.talk.notes[-1:] not in (["ended"], ["confirmed"])
    } - {"alice"}


@pytest.mark.parametrize(("number", "who"), [(MOBILE, "provider"), ("carol", "carol")])
def test_another_number_rings_together_with_the_phones(number: str, who: str) -> None:
    with office(rings_too=number) as made:
        alice = made["alice"].dial("bob")
        made.run(1)
        assert ringing(made) == {"bob", who}
        made[who].talk.accept()
        made.run(1)
        assert alice.notes[-1] == "confirmed"
        assert made["bob"].talk.notes[-1] == "ended"
        alice.hang_up()
        made.run()
        made.check()


def test_who_is_outside_sends_nobody_elsewhere_at_the_expense_of_who_is_called() -> None:
    with office(rings_too=MOBILE) as made:
        del made.house.bindings["bob"]
        provider = made["provider"]
        provider.refuses, provider.lines = 302, (b"Contact: <sip:0171555@10.0.0.100>",)
        alice = made["alice"].dial("bob")
        made.run()
        made.check()
        assert alice.notes[-1] == "480"
        assert len(provider.talks) == 1


def test_it_rings_there_though_no_phone_is_registered() -> None:
    with office(rings_too=MOBILE) as made:
        del made.house.bindings["bob"]
        alice = made["alice"].dial("bob")
        made.run(1)
        assert ringing(made) == {"provider"}
        alice.hang_up()
        made.run()
        made.check()


def test_a_number_that_may_not_be_called_rings_nobody() -> None:
    with office(rings_too="0900") as made:
        del made.house.bindings["bob"]
        alice = made["alice"].dial("bob")
        made.run()
        made.check()
        assert alice.notes[-1] == "480"


def test_somebody_is_looked_for_at_one_number_after_the_other() -> None:
    stops = (Stop("bob"), Stop("carol", 10), Stop(MOBILE, 15))
    otherwise = Place("extension", "dave")
    with office(follow_me=FollowMe(stops, otherwise=otherwise)) as made:
        alice = made["alice"].dial("bob")
        made.run(19)
        assert ringing(made) == {"bob"}
        made.run(3)
        assert ringing(made) == {"carol"}
        made.run(10)
        assert ringing(made) == {"provider"}
        made.run(15)
        assert ringing(made) == {"dave"}
        made["dave"].talk.accept()
        made.run(1)
        assert alice.notes[-1] == "confirmed"
        actions = [each.action for each in made.house.facts if isinstance(each, LegCalled)]
        assert actions == ["dial", "follow_me", "follow_me", "forward"]
        alice.hang_up()
        made.run()
        made.check()


def test_or_at_all_of_them_at_once() -> None:
    follow_me = FollowMe((Stop("carol", 10), Stop(MOBILE, 15)), in_order=False)
    with office(follow_me=follow_me) as made:
        del made.house.bindings["bob"]
        alice = made["alice"].dial("bob")
        made.run(1)
        assert ringing(made) == {"carol", "provider"}
        made.run()
        made.check()
        assert alice.notes[-1] == "480"


def test_callers_hear_the_music_of_the_search_meanwhile() -> None:
    with office(follow_me=FollowMe((Stop("carol", 10),), music="jazz")) as made:
        del made.house.bindings["bob"]
        made.house.directory.plan = Plan(music={"jazz": MusicClass(("/music/a.ogg",))})
        alice = made["alice"].dial("bob")
        made.run(1)
        (played,) = {each.sources for each in made.house.workers.asked if isinstance(each, Play)}
        assert played == (File("/music/a.ogg"),)
        alice.hang_up()
        made.run()
        made.check()


def test_whoever_is_found_takes_the_call_by_a_key() -> None:
    stops = (Stop("carol", 30), Stop("dave", 30))
    search = FollowMe(stops, in_order=False, confirms=True)
    with office(follow_me=search) as made:
        del made.house.bindings["bob"]
        alice = made["alice"].dial("bob")
        made.run(1)
        made["carol"].talk.accept()
        made.run(1)
        assert alice.notes[-1] != "confirmed"
        assert ringing(made) == {"dave"}
        [said] = [each for each in made.house.workers.said.values() if "call-accept" in each]
        assert said[-1] == "call-accept"
        carol = next(at for at, each in made.house.workers.said.items() if each is said)
        made.house.workers.press(carol, "1")
        made.run(1)
        assert alice.notes[-1] == "confirmed"
        assert made["dave"].talk.notes[-1] == "ended"
        assert len(made.house.workers.heard) == 2
        alice.hang_up()
        made.run()
        made.check()


@pytest.mark.parametrize("keys", [("2",), (), ("hangs up",)])
def test_who_does_not_take_it_is_passed_over(keys: tuple[str, ...]) -> None:
    stops = (Stop("carol", 10), Stop("dave", 30))
    with office(follow_me=FollowMe(stops, confirms=True)) as made:
        del made.house.bindings["bob"]
        alice = made["alice"].dial("bob")
        made.run(9)
        made["carol"].talk.accept()
        made.run(2)
        if keys == ("hangs up",):
            made["carol"].talk.hang_up()
        elif keys:
            for stream in made.house.workers.said:
                made.house.workers.press(stream, *keys)
        made.run(20)
        assert made["carol"].talk.notes[-1] == "ended"
        assert ringing(made) == {"dave"}
        alice.hang_up()
        made.run()
        made.check()
