"""One line at several places: who sees what of its calls, takes them, and comes into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, Plan
from pbxcore.directory import Delta, ExtensionRemoved, PlanChanged
from pbxcore.journal import CallEnded, CallTransferred
from pbxcore.media.commands import Play
from pbxcore.presence.packages.call_info import asked_index
from pbxcore.sip.message import Request
from pbxcore.sip.sdp.direction import Hold
from pbxcore.sip.sdp.stream import held
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_changes import AUDIO

if TYPE_CHECKING:
    from tests.support.handsets import Talk


def office_with(**fields: object) -> Office:
    """Alice's line is on her desk, in the shop and in the yard; Bob has his own."""
    office = Office("alice", "shop", "yard", "bob")
    office.house.share("alice", "shop", "yard", **fields)
    return office


def shown(office: Office) -> list[tuple[int, str]]:
    """What every place of the line sees."""
    return [(each.index, each.state) for each in office.house.appearances.of("alice")]


def talking(office: Office, *, holds: bool = False) -> tuple[Talk, Talk]:
    """The shop talks to Bob, and may hold him."""
    shop = office["shop"].dial("bob")
    office.run(1)
    bob = office["bob"].talk
    bob.accept()
    office.run(1)
    if holds:
        shop.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
    return shop, bob


def over(office: Office, talk: Talk) -> None:
    talk.hang_up()
    office.run()
    office.check()
    assert not shown(office)


def named(index: int) -> bytes:
    return b"Call-Info: <sip:pbx>;appearance-index=%d" % index


def test_a_call_rings_at_every_place_and_one_takes_it() -> None:
    with office_with() as office:
        bob = office["bob"].dial("alice")
        office.run(1)
        places = [office[each].talk for each in ("alice", "shop", "yard")]
        assert shown(office) == [(1, "alerting")]
        for each in places:
            assert isinstance(each.last, Request)
            assert asked_index(each.last) == 1
        places[1].accept()
        office.run(1)
        assert [each.notes[-1] for each in places] == ["ended", "confirmed", "ended"]
        assert shown(office) == [(1, "active")]
        over(office, bob)


def test_one_place_alone_is_reached_by_its_own_number() -> None:
    with office_with() as office:
        office["bob"].dial("yard")
        office.run(1)
        assert [len(office[each].talks) for each in ("alice", "shop", "yard")] == [0, 0, 1]
        over(office, office["bob"].talk)


def test_who_is_called_sees_the_line_and_not_the_place() -> None:
    with office_with() as office:
        _, bob = talking(office)
        assert bob.last is not None
        assert b"sip:alice@" in (bob.last.get(b"from") or b"")
        over(office, bob)


def test_a_call_that_is_held_is_retrieved_at_another_place() -> None:
    with office_with() as office:
        shop, bob = talking(office, holds=True)
        assert shown(office) == [(1, "held")]
        yard = office["yard"].dial("alice", named(1))
        office.run(1)
        assert "described" in yard.notes
        assert shop.notes[-1] == "ended"
        assert shown(office) == [(1, "active")]
        assert len(office.house.workers.heard) == 2
        assert [each.kind for each in office.house.facts if isinstance(each, CallTransferred)] == [
            "retrieve"
        ]
        over(office, bob)
        assert len(office.house.told(CallEnded)) == 1


def test_a_phone_without_appearances_retrieves_by_a_code() -> None:
    with office_with() as office:
        shop, bob = talking(office, holds=True)
        office["alice"].dial("*95")
        office.run(1)
        assert shop.notes[-1] == "ended"
        assert shown(office) == [(1, "active")]
        over(office, bob)


@pytest.mark.parametrize("private", [True, False])
def test_nobody_else_retrieves_what_is_held_privately_or_may_not_be(private: bool) -> None:
    with office_with(retrieves=private) as office:
        shop, bob = talking(office, holds=True)
        if private:
            office["shop"].dial("*94")
            office.run(5)
            assert shown(office) == [(1, "held-private")]
        yard = office["yard"].dial("alice", named(1))
        office.run(1)
        assert yard.notes[-1] == "480"
        assert shop.notes[-1] != "ended"
        shop.modify(AUDIO)
        office.run(1)
        assert shown(office) == [(1, "active")]
        over(office, bob)


@pytest.mark.parametrize("dialled", ["alice", "*96"])
def test_another_place_comes_into_a_talk_where_the_line_allows_it(dialled: str) -> None:
    with office_with(bridges=True) as office:
        _, bob = talking(office)
        lines = [named(1)] if dialled == "alice" else []
        yard = office["yard"].dial(dialled, *lines)
        office.run(1)
        assert "described" in yard.notes
        assert shown(office) == [(1, "bridge-active")]
        assert len(office.house.workers.rooms) == 3
        warned = [each for each in office.house.workers.asked if isinstance(each, Play)]
        assert len(warned) == 2
        over(office, bob)
        assert yard.notes[-1] == "ended"


def test_who_came_into_a_talk_goes_on_with_it() -> None:
    with office_with(bridges=True) as office:
        shop, bob = talking(office)
        yard = office["yard"].dial("*96")
        office.run(1)
        shop.hang_up()
        office.run(1)
        assert "ended" not in (bob.notes[-1], yard.notes[-1])
        assert shown(office) == [(1, "active")]
        assert len(office.house.workers.heard) == 2
        assert not office.house.workers.rooms
        over(office, yard)
        assert bob.notes[-1] == "ended"


def test_the_time_of_who_called_runs_on_for_who_came_into_the_talk() -> None:
    with office_with(bridges=True) as office:
        office.house.change("alice", longest_s=20)
        shop, bob = talking(office)
        office.run(10)
        yard = office["yard"].dial("*96")
        office.run(1)
        shop.hang_up()
        office.run(5)
        assert "ended" not in (bob.notes[-1], yard.notes[-1])
        office.run(6)
        assert (bob.notes[-1], yard.notes[-1]) == ("ended", "ended")
        office.run()
        office.check()


def test_nobody_comes_into_a_talk_where_the_line_does_not_allow_it() -> None:
    with office_with() as office:
        _, bob = talking(office)
        yard = office["yard"].dial("alice", named(1))
        office.run(1)
        assert yard.notes[-1] == "403"
        assert shown(office) == [(1, "active")]
        over(office, bob)


def test_a_line_is_at_one_place_at_a_time_if_it_is_to_be() -> None:
    with office_with(many_calls=False) as office:
        _, bob = talking(office)
        yard = office["yard"].dial("bob")
        office.run(1)
        assert yard.notes[-1] == "486"
        over(office, bob)


def test_a_place_has_an_appearance_for_itself_while_it_dials() -> None:
    with office_with() as office:
        appearances = office.house.appearances
        assert appearances.seize("alice", "shop", 2) == 2
        assert appearances.seize("alice", "yard", 2) == 0
        assert appearances.seize("alice", "yard", 0) == 1
        assert appearances.seize("alice", "yard", 2) == 0  # refreshed, and still on the first
        assert shown(office) == [(1, "seized"), (2, "seized")]
        assert appearances.seize("alice", "yard", 0) == 1
        office["shop"].dial("bob", named(2))
        office.run(1)
        assert shown(office) == [(1, "seized"), (2, "progressing")]
        office.run(16)
        assert shown(office) == [(2, "progressing")]
        over(office, office["shop"].talk)


def test_a_talk_is_flipped_to_another_place_and_held_no_more() -> None:
    with office_with() as office:
        shop, bob = talking(office, holds=True)
        office["yard"].dial("*46")
        office.run(1)
        assert shop.notes[-1] == "ended"
        assert shown(office) == [(1, "active")]
        assert len(office.house.workers.heard) == 2
        over(office, bob)


def test_a_route_says_who_may_take_over_the_talks_that_came_by_it() -> None:
    with Office("provider", "bob", "carol", "dave") as office:
        place = Place("extension", "bob")
        route = InboundRoute("in", "In", ("provider",), place, taken_over_by=("carol",))
        directory = office.house.directory
        changes = (ExtensionRemoved("provider"), PlanChanged(Plan(inbound=(route,))))
        directory.apply(Delta(directory.version + 1, changes))
        call = office["provider"].dial("8001")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        dave = office["dave"].dial("*45bob")
        office.run(1)
        assert dave.notes[-1] == "480"
        office["carol"].dial("*45bob")
        office.run(1)
        assert office["bob"].talk.notes[-1] == "ended"
        assert len(office.house.workers.heard) == 2
        call.hang_up()
        office.run()
        office.check()


def test_a_talk_is_taken_over_by_those_alone_who_may() -> None:
    with Office("alice", "bob", "carol") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        carol = office["carol"].dial("*45bob")
        office.run(1)
        assert carol.notes[-1] == "480"
        extension = office.house.directory.extension("bob")
        assert extension is not None
        may = type(extension.handling)(taken_over_by=("carol",))
        office.house.change("bob", handling=may)
        office["carol"].dial("*45bob")
        office.run(1)
        assert office["bob"].talk.notes[-1] == "ended"
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
