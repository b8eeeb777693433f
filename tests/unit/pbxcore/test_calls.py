"""Calls from one extension to another, as both phones see them and as the journal tells them."""

from __future__ import annotations

import gc
import weakref

from pbxcore.journal import (
    CallEnded,
    CallStarted,
    LegAnswered,
    LegCalled,
    LegEnded,
    LegRinging,
    LegsJoined,
)
from pbxcore.sip.sdp.codecs import G722, PCMA, PCMU, Format
from tests.support.handsets import Office, Talk
from tests.support.switching import binding


def test_a_call_is_set_up_talked_and_hung_up() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes == ["180"]
        office["bob"].talk.accept()
        office.run(1)
        assert alice.notes[1:] == ["described", "confirmed"]
        house = office.house
        assert len(house.workers.streams) == 2
        assert all(house.workers.streams.values())
        (first, second), *_ = house.workers.heard.items()
        assert house.workers.heard == {first: second, second: first}
        alice.hang_up()
        office.run()
        assert office["bob"].talk.notes == ["confirmed", "ended"]
        office.check()
        kinds = [type(each) for each in house.facts]
        assert kinds == [
            CallStarted,
            LegCalled,
            LegRinging,
            LegAnswered,
            LegsJoined,
            LegEnded,
            LegEnded,
            CallEnded,
        ]
        ended = house.facts[-1]
        assert isinstance(ended, CallEnded)
        assert (ended.disposition, ended.cause) == ("answered", 16)
        legs = [each for each in house.facts if isinstance(each, LegEnded)]
        assert {(each.by, each.codec, each.packets_in) for each in legs} == {("caller", "PCMA", 50)}


def test_what_is_remembered_of_a_call_that_is_over_does_not_keep_the_call() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        [call] = map(weakref.ref, office.house.switchboard.calls)
        alice.hang_up()
        office.run(1)
        assert len(office.house.agent.core.dialogs) == 2  # who comes late still finds them
        gc.collect()
        assert call() is None
        office.run()
        office.check()


def test_the_callee_hangs_up() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        office["bob"].talk.hang_up()
        office.run()
        assert alice.notes[-1] == "ended"
        office.check()
        assert {each.by for each in office.house.facts if isinstance(each, LegEnded)} == {"callee"}


def test_nobody_has_that_number() -> None:
    with Office("alice") as office:
        alice = office["alice"].dial("zoe")
        office.run()
        office.check()
        assert alice.notes == ["404"]
        assert [type(each) for each in office.house.facts] == [CallStarted, LegEnded, CallEnded]


def test_who_is_not_registered_is_unavailable() -> None:
    with Office("alice", "bob") as office:
        office.house.bindings.clear()
        alice = office["alice"].dial("bob")
        office.run()
        office.check()
        assert alice.notes == ["480"]


def test_busy_and_declined_are_told_as_they_are() -> None:
    for status, disposition in (486, "busy"), (603, "failed"), (600, "busy"), (488, "failed"):
        with Office("alice", "bob") as office:
            office["bob"].refuses = status
            alice = office["alice"].dial("bob")
            office.run()
            office.check()
            assert alice.notes == [str(status)]
            ended = office.house.facts[-1]
            assert isinstance(ended, CallEnded)
            assert (ended.disposition, ended.status) == (disposition, status)


def test_a_phones_own_trouble_is_not_the_pbxs() -> None:
    for status, heard in (503, "480"), (401, "502"), (408, "480"), (487, "480"):
        with Office("alice", "bob") as office:
            office["bob"].refuses = status
            alice = office["alice"].dial("bob")
            office.run()
            office.check()
            assert alice.notes == [heard]


def test_a_caller_who_gives_up_stops_the_ringing() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(3)
        alice.hang_up()
        office.run()
        office.check()
        assert alice.notes == ["180", "487"]
        assert office["bob"].talk.notes == ["ended"]
        ended = office.house.facts[-1]
        assert isinstance(ended, CallEnded)
        assert ended.disposition == "cancelled"


def test_it_rings_a_minute_and_no_longer() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(59)
        assert alice.notes == ["180"]
        office.run(2)
        assert alice.notes == ["180", "480"]
        office.run()
        office.check()
        assert office["bob"].talk.notes == ["ended"]


def test_all_phones_ring_and_the_first_to_answer_has_the_call() -> None:
    with Office("alice", "bob", "carol") as office:
        house, carol = office.house, office["carol"]
        house.bindings["bob"] += (binding("bob", carol.stack, house.stack),)
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes == ["180"]
        carol.talk.accept()
        office.run(1)
        assert alice.notes[1:] == ["described", "confirmed"]
        gone = office["bob"].talk
        assert gone.notes == ["ended"]
        assert gone.last is not None
        reasons = gone.last.lines_of(b"reason")
        assert reasons == [b'SIP;cause=200;text="Call completed elsewhere"', b"Q.850;cause=26"]
        alice.hang_up()
        office.run()
        office.check()
        loser, *_ = (each for each in house.facts if isinstance(each, LegEnded))
        assert (loser.reason, loser.cause) == ("answered_elsewhere", 26)


def test_of_several_refusals_the_best_is_told() -> None:
    with Office("alice", "bob", "carol") as office:
        house, carol = office.house, office["carol"]
        house.bindings["bob"] += (binding("bob", carol.stack, house.stack),)
        office["bob"].refuses, carol.refuses = 500, 486
        alice = office["alice"].dial("bob")
        office.run()
        office.check()
        assert alice.notes == ["486"]


def test_who_declines_for_all_stops_the_others() -> None:
    with Office("alice", "bob", "carol") as office:
        house, carol = office.house, office["carol"]
        house.bindings["bob"] += (binding("bob", carol.stack, house.stack),)
        carol.refuses = 603
        alice = office["alice"].dial("bob")
        office.run()
        office.check()
        assert alice.notes[-1] == "603"
        assert office["bob"].talk.notes == ["ended"]


def test_a_redirection_is_followed_inside() -> None:
    with Office("alice", "bob", "carol") as office:
        bob, carol = office["bob"], office["carol"]
        bob.refuses = 302
        bob.lines = (b"Contact: <%b>" % office.house.uri("carol"),)
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes == ["181", "180"]
        invite = carol.talk.last
        assert invite is not None
        assert b"bob" in (invite.get(b"diversion") or b"")
        carol.talk.accept()
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert [(each.number, each.action) for each in called] == [
            ("bob", "dial"),
            ("carol", "forward"),
        ]


def test_of_several_addresses_of_a_redirection_each_is_tried_the_best_first() -> None:
    with Office("alice", "bob", "carol", "dave", "erin") as office:
        bob, uri = office["bob"], office.house.uri
        bob.refuses = 302
        bob.lines = (
            b"Contact: <%b>;q=0.2, <%b>;q=0.9, <%b>;q=0.5"
            % (uri("erin"), uri("carol"), uri("dave")),
        )
        office["carol"].refuses = 486
        alice = office["alice"].dial("bob")
        office.run(1)
        dave = office["dave"].talk
        assert not office["erin"].talks
        assert dave.last is not None
        diversion = b" ".join(dave.last.all(b"diversion"))
        assert diversion.count(b"bob") == 1
        assert b"carol" not in diversion
        dave.accept()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()
        called = [each.number for each in office.house.facts if isinstance(each, LegCalled)]
        assert called == ["bob", "carol", "dave"]


def test_who_declines_for_all_ends_what_a_redirection_began() -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        office["bob"].refuses = 302
        office["bob"].lines = tuple(
            b"Contact: <%b>" % office.house.uri(each) for each in ("carol", "dave")
        )
        office["carol"].refuses = 603
        alice = office["alice"].dial("bob")
        office.run()
        assert alice.notes[-1] == "603"
        assert not office["dave"].talks
        office.check()


def test_redirections_to_many_end() -> None:
    names = ("bob", "carol", "dave", "erin")
    with Office("alice", *names) as office:
        for name in names:
            office[name].refuses = 302
            office[name].lines = tuple(
                b"Contact: <%b>" % office.house.uri(each) for each in names if each != name
            )
        alice = office["alice"].dial("bob")
        office.run()
        office.check()
        assert alice.notes[-1] == "482"
        called = [each for each in office.house.facts if isinstance(each, LegCalled)]
        assert len(called) <= 11


def test_redirections_in_a_circle_end() -> None:
    with Office("alice", "bob", "carol") as office:
        for name, target in ("bob", "carol"), ("carol", "bob"):
            office[name].refuses = 302
            office[name].lines = (b"Contact: <%b>" % office.house.uri(target),)
        alice = office["alice"].dial("bob")
        office.run()
        office.check()
        assert alice.notes[-1] == "482"


def test_without_a_port_a_call_is_refused_and_others_go_on() -> None:
    with Office("alice", "bob", "carol") as office:
        first = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        office.house.workers.room = 3
        second = office["carol"].dial("alice")
        office.run(1)
        assert second.notes == ["503"]
        ended = office.house.facts[-1]
        assert isinstance(ended, CallEnded)
        assert (ended.disposition, ended.status, ended.cause) == ("failed", 503, 34)
        assert first.notes[-1] == "confirmed"
        first.hang_up()
        office.run()
        office.check()


def test_early_media_are_heard_before_the_answer() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.ring(183, early=True)
        office.run(1)
        assert alice.notes == ["180", "183", "described"]
        assert len(office.house.workers.heard) == 2
        office["bob"].talk.accept()
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()


def test_who_rings_after_there_was_something_to_hear_says_so_to_the_caller() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.ring(183, early=True)
        office.run(1)
        office["bob"].talk.incoming.ring(180)
        office.run(1)
        assert alice.notes == ["180", "183", "described", "180"]
        office["bob"].talk.accept()
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()


def test_who_left_the_offer_to_us_is_told_that_it_rings_whatever_there_is_to_hear() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob", with_offer=False)
        office.run(1)
        office["bob"].talk.ring(180, early=True)
        office.run(1)
        assert set(alice.notes) == {"180"}
        office["bob"].talk.accept()
        office.run(1)
        assert "confirmed" in alice.notes
        alice.hang_up()
        office.run()
        office.check()


def test_who_left_the_offer_to_us_in_clear_is_offered_no_keys() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob", with_offer=False)
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert alice.negotiation.remote is not None
        assert not alice.negotiation.remote.media[0].has("crypto")
        alice.hang_up()
        office.run()
        office.check()


def test_codecs_are_offered_as_the_caller_has_them_and_answered_as_the_callee_likes() -> None:
    with Office("alice", "bob") as office:
        office["alice"].formats = (PCMU, PCMA, G722)
        office["bob"].formats = (PCMA, PCMU)
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        names = [each.codec.name for each in alice.agreed[0].codecs]
        assert names == ["PCMU", "PCMA"]
        alice.hang_up()
        office.run()
        office.check()


def test_feedback_about_sound_is_not_passed_on() -> None:
    with Office("alice", "bob") as office:
        office["alice"].formats = (Format(0, PCMU.codec, ("trr-int 1000",)), PCMA)
        alice = office["alice"].dial("bob")
        office.run(1)
        assert b"rtcp-fb" not in office["bob"].talk.incoming.offer
        alice.hang_up()
        office.run()
        office.check()


def test_who_leaves_the_offer_to_us_is_offered_what_the_callee_can() -> None:
    with Office("alice", "bob") as office:
        office["bob"].formats = (PCMA,)
        alice = office["alice"].dial("bob", with_offer=False)
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert alice.notes == ["180", "offered", "confirmed"]
        assert len(office.house.workers.heard) == 2
        assert alice.agreed[0].codecs[0].codec.name == "PCMA"
        alice.hang_up()
        office.run()
        office.check()


def test_an_absurd_description_is_refused_and_the_pbx_goes_on() -> None:
    nothing = b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n"
    for body, status in (b"v=0\r\nm=audio x\r\n", "400"), (nothing, "488"):
        with Office("alice", "bob") as office:
            talk = Talk(office["alice"])
            office["alice"].agent.invite(office.house.uri("bob"), talk, body=body)
            office.run()
            office.check()
            assert talk.notes == [status]


def test_a_dead_worker_ends_its_calls() -> None:
    with Office("alice", "bob") as office:
        alice = office["alice"].dial("bob")
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        office.house.workers.die()
        office.run()
        office.check()
        assert alice.notes[-1] == "ended"


def test_hops_are_counted() -> None:
    with Office("alice", "bob") as office:
        office["alice"].dial("bob")
        office.run(1)
        invite = office["bob"].talk.last
        assert invite is not None
        assert invite.get(b"max-forwards") == b"69"
