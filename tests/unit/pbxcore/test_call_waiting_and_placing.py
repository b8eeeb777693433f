"""What is played to those who wait, and calls that nobody dialled."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from pbxcore.apps.announcement import Announcement
from pbxcore.apps.echo import EchoTest
from pbxcore.calls.directing import transfer
from pbxcore.dialplan.call_queue import CallQueue
from pbxcore.dialplan.pin import Pin
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Limit, PagingGroup, ParkingLot, Plan, RingGroup
from pbxcore.features.model import NONE_SET, Forwarding
from pbxcore.journal import CallEnded, CallStarted, LegsJoined
from pbxcore.media.commands import Play, StopPlaying
from pbxcore.media.tones import plan_for
from pbxcore.queues.settings import QueueSettings
from pbxcore.sip.sdp.direction import Hold
from pbxcore.sip.sdp.stream import held
from tests.support.handsets import Office
from tests.unit.pbxcore.test_call_changes import AUDIO, talking
from tests.unit.pbxcore.test_call_limits import NUMBER, outside
from tests.unit.pbxcore.test_call_transfers import refer

if TYPE_CHECKING:
    from pbxcore.features.model import Case


def played(office: Office) -> list[Play | StopPlaying]:
    return [each for each in office.house.workers.asked if isinstance(each, Play | StopPlaying)]


def test_who_is_held_hears_music_until_resumed() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        alice.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        (music,) = played(office)
        streams = list(office.house.workers.streams)
        assert isinstance(music, Play)
        assert (music.stream, music.times) == (streams[1], 0)
        alice.modify(AUDIO)
        office.run(1)
        assert played(office)[1:] == [StopPlaying(streams[1])]
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_handed_on_hears_it_ring() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        bob.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        refer(bob, office.house.uri("carol"))
        office.run(1)
        last = played(office)[-1]
        assert isinstance(last, Play)
        assert last.sources == (plan_for("").ring_back,)
        office["carol"].talk.accept()
        office.run(1)
        assert isinstance(played(office)[-1], StopPlaying)
        alice.hang_up()
        office.run()
        office.check()


def test_a_call_is_placed() -> None:
    with Office("alice", "bob") as office:
        status, call = office.house.switchboard.place("alice", "bob")
        assert status == 202
        office.run(1)
        alice = office["alice"].talk
        assert alice.last is not None
        assert b"bob" in (alice.last.get(b"from") or b"")
        alice.accept()
        office.run(1)
        bob = office["bob"].talk
        assert bob.last is not None
        assert b"alice" in (bob.last.get(b"from") or b"")
        bob.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        alice.hang_up()
        office.run()
        office.check()
        started, ended = office.house.facts[0], office.house.facts[-1]
        assert isinstance(started, CallStarted)
        assert isinstance(ended, CallEnded)
        assert (started.call, started.number, started.dialled) == (call, "alice", "bob")
        assert ended.disposition == "answered"
        assert len([each for each in office.house.facts if isinstance(each, LegsJoined)]) == 1


def test_a_call_that_was_placed_ends_where_it_fails() -> None:
    for who in "alice", "bob":
        with Office("alice", "bob") as office:
            office[who].refuses = 486
            assert office.house.switchboard.place("alice", "bob")[0] == 202
            office.run(1)
            if who == "bob":
                office["alice"].talk.accept()
            office.run()
            office.check()
            assert isinstance(office.house.facts[-1], CallEnded)
            assert office["alice"].talk.notes[-1] == "ended"


def test_nobody_places_a_call_for_who_does_not_exist() -> None:
    with Office("alice") as office:
        assert office.house.switchboard.place("zoe", "alice") == (404, "")


def test_a_call_is_handed_on_and_hung_up_from_outside() -> None:
    with Office("alice", "bob", "carol") as office:
        alice, bob = talking(office)
        switchboard = office.house.switchboard
        started = office.house.facts[0]
        assert isinstance(started, CallStarted)
        hand_on = partial(transfer, number="carol")
        assert switchboard.direct("nothing", "1", hand_on) == 481
        assert switchboard.direct(started.call, started.leg, hand_on) == 202
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert alice.notes[-1] == "ended"
        assert bob.notes[-1] == "confirmed"
        assert switchboard.hang_up(started.call) == 200
        office.run()
        office.check()
        assert bob.notes[-1] == office["carol"].talk.notes[-1] == "ended"


def own_services(office: Office) -> None:
    """An announcement, a queue, a page, a slot for parked calls and a group with a prompt."""
    office.house.directory.plan = Plan(
        services={"70": Announcement("Closed", "/x/closed.ogg"), "*43": EchoTest()},
        prompts={"p": "/x/group.ogg"},
        ring_groups={"71": RingGroup("71", "All", ("bob",), prompt="p")},
        paging_groups={"72": PagingGroup("72", "All", ("bob",))},
        queues={"73": CallQueue(settings=QueueSettings(number="73", name="Help"))},
        parking_lots=(ParkingLot("74", "Yard", ("741",)),),
        numbers={
            "72": Place("page", "72"),
            "73": Place("queue", "73"),
            "74": Place("parking_lot", "74"),
        },
    )


@pytest.mark.parametrize("case", ["always", "busy", "no_answer"])
@pytest.mark.parametrize("number", ["70", "71", "72", "73", "74", "*43"])
def test_a_placed_call_ends_whose_caller_sends_calls_to_a_service(case: Case, number: str) -> None:
    with Office("alice", "bob") as office:
        own_services(office)
        to = Forwarding(active=True, target=number, rings=2)
        office.house.features["alice"] = NONE_SET.forwarded(case, to)
        office["alice"].refuses = 486 if case == "busy" else 0
        told: list[int] = []
        office.house.switchboard.place("alice", "bob", told.append)
        office.run(60)
        assert not len(office.house.switchboard)
        assert not office.house.lines.calls_of("alice")
        assert (told, office["bob"].talks) == ([480], [])
        office.run()
        office.check()


def test_a_placed_call_of_nobody_who_could_tell_a_pin_ends() -> None:
    with Office("alice", "bob", "provider") as office:
        outside(office, "provider", pins=(Pin("4711"),))
        to = Forwarding(active=True, target=NUMBER)
        office.house.features["alice"] = NONE_SET.forwarded("always", to)
        told: list[int] = []
        office.house.switchboard.place("alice", "bob", told.append)
        office.run(1)
        assert (told, len(office.house.switchboard)) == ([403], 0)
        office.run()
        office.check()


@pytest.mark.parametrize("callee", ["bob", "*43"])
def test_a_placed_call_that_begins_outside_has_a_limit(callee: str) -> None:
    with Office("bob", "provider") as office:
        outside(office, "provider", limit=Limit(60))
        office.house.switchboard.place(NUMBER, callee, outside=True)
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        if callee == "bob":
            office["bob"].talk.accept()
        office.run(57)
        assert office["provider"].talk.notes[-1] == "confirmed"
        office.run(3)
        assert office["provider"].talk.notes[-1] == "ended"
        office.run()
        office.check()
