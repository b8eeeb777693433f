"""Calls that change while they last: hold in every form, codecs, video, glare, silence."""

from __future__ import annotations

import msgspec
import pytest

from pbxcore.journal import LegEnded, LegHeld
from pbxcore.media.commands import DigitHeard, Play, StreamSilent, WantPicture
from pbxcore.sip.sdp.codecs import EVENTS, G722, G729, OPUS, PCMA, PCMU, Codec, Format
from pbxcore.sip.sdp.direction import Direction, Hold
from pbxcore.sip.sdp.stream import Stream, held
from tests.support.handsets import Office, Talk

AUDIO = Stream(port=4000, formats=(PCMA, PCMU, EVENTS))
VIDEO = Stream(port=4002, kind="video", formats=(Format(97, Codec("VP8", 90000)),))


def talking(office: Office) -> tuple[Talk, Talk]:
    """Two who talk: the caller's side and the callee's."""
    alice = office["alice"].dial("bob")
    office.run(1)
    bob = office["bob"].talk
    bob.accept()
    office.run(1)
    return alice, bob


def over(office: Office, talk: Talk) -> None:
    talk.hang_up()
    office.run()
    office.check()


@pytest.mark.parametrize("form", list(Hold))
def test_hold_is_answered_here_and_told(form: Hold) -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        alice.modify(held(AUDIO, form))
        office.run(1)
        assert alice.notes[-2:] == ["described", "changed 200"]
        assert bob.notes == ["confirmed"]
        streams = list(office.house.workers.streams.values())
        assert streams[0] is not None
        expected = {
            Hold.SENDONLY: Direction.RECVONLY,
            Hold.RECVONLY: Direction.SENDONLY,
            Hold.INACTIVE: Direction.INACTIVE,
            Hold.ZERO_ADDRESS: Direction.RECVONLY,
        }[form]
        assert streams[0].direction is expected
        alice.modify(AUDIO)
        office.run(1)
        streams = list(office.house.workers.streams.values())
        assert streams[0] is not None
        assert streams[0].direction is Direction.SENDRECV
        facts = [each for each in office.house.facts if isinstance(each, LegHeld)]
        assert [each.held for each in facts] == [True, False]
        over(office, alice)


def test_the_callee_holds_too() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        alice.modify(held(AUDIO, Hold.SENDONLY))
        office.run(1)
        assert (alice.notes[-1], bob.notes[-1]) == ("changed 200", "changed 200")
        over(office, alice)


def test_who_holds_by_closing_the_line_resumes_by_opening_it_again() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        workers = office.house.workers
        alice.modify(None)
        office.run(1)
        assert (alice.notes[-1], alice.agreed, bob.notes) == ("changed 200", (), ["confirmed"])
        assert not workers.heard
        assert any(isinstance(each, Play) for each in workers.asked)  # bob hears music
        alice.modify(AUDIO)
        office.run(1)
        assert alice.notes[-1] == "changed 200"
        assert len(workers.heard) == 2
        facts = [each for each in office.house.facts if isinstance(each, LegHeld)]
        assert [each.held for each in facts] == [True, False]
        over(office, alice)


def test_another_of_the_codecs_in_common_is_settled_here() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        alice.modify(msgspec.structs.replace(AUDIO, formats=(PCMU, EVENTS)))
        office.run(1)
        assert alice.agreed[0].codecs[0].codec.name == "PCMU"
        assert bob.notes == ["confirmed"]
        over(office, alice)


def test_a_codec_that_the_other_has_not_agreed_to_is_passed_on() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        wide = msgspec.structs.replace(AUDIO, formats=(G722, EVENTS))
        bob.streams = [msgspec.structs.replace(AUDIO, formats=(G722, PCMA, EVENTS))]
        alice.modify(wide)
        office.run(1)
        assert bob.notes == ["confirmed", "offered"]
        assert alice.notes[-1] == "changed 200"
        names = {
            each.main.codec.name
            for each in office.house.workers.streams.values()
            if each and each.main
        }
        assert names == {"G722"}
        over(office, alice)


def test_video_is_added_and_taken_away() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.streams = [AUDIO, VIDEO]
        alice.modify(AUDIO, VIDEO)
        office.run(1)
        assert alice.notes[-1] == "changed 200"
        assert [each.kind for each in alice.agreed] == ["audio", "video"]
        assert len(office.house.workers.heard) == 4
        alice.modify(AUDIO, None)
        office.run(1)
        assert [each.kind for each in alice.agreed] == ["audio"]
        assert len(office.house.workers.streams) == 3
        over(office, alice)


def test_who_looks_may_ask_for_what_is_passed_on() -> None:
    wishes = ("nack", "nack pli", "ccm fir", "transport-cc", "goog-remb")
    asking = Format(97, Codec("VP8", 90000), wishes)
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.streams = [AUDIO, VIDEO]
        alice.modify(AUDIO, msgspec.structs.replace(VIDEO, formats=(asking,)))
        office.run(1)
        passed = ["nack", "nack pli", "ccm fir", "goog-remb"]
        for talk in alice, bob:
            assert talk.negotiation.remote is not None
            lines = talk.negotiation.remote.media[1].values("rtcp-fb")
            assert [each.partition(" ")[2] for each in lines] == passed
        over(office, alice)


def test_who_asks_by_info_for_a_whole_picture_has_the_other_asked() -> None:
    wish = b"<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder>"
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.streams = [AUDIO, VIDEO]
        alice.modify(AUDIO, VIDEO)
        office.run(1)
        assert alice.call is not None
        statuses: list[int] = []
        line = b"Content-Type: application/media_control+xml"
        alice.call.send(b"INFO", lambda status, _: statuses.append(status), (line,), wish)
        office.run(1)
        assert statuses == [200]
        (leg,) = office.house.lines.of("bob")
        _, pictures = leg.session.tracks
        asked = office.house.workers.asked
        wanted = [each for each in asked if isinstance(each, WantPicture)]
        assert wanted == [WantPicture(pictures.stream)]
        over(office, alice)


def test_video_that_is_refused_leaves_the_sound() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.refuses = 488
        alice.modify(AUDIO, VIDEO)
        office.run(1)
        assert alice.notes[-1] == "changed 200"
        assert [each.kind for each in alice.agreed] == ["audio"]
        over(office, alice)


def test_a_codec_that_the_other_refuses_is_converted() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        bob.refuses = 488
        alice.modify(msgspec.structs.replace(AUDIO, formats=(G722, EVENTS)))
        office.run(1)
        assert alice.notes[-1] == "changed 200"
        told = [
            each.main.codec.name
            for each in office.house.workers.streams.values()
            if each and each.main
        ]
        assert told == ["G722", "PCMA"]
        over(office, alice)


def test_a_session_nobody_can_share_is_refused_and_the_call_goes_on() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        alice.modify(msgspec.structs.replace(AUDIO, formats=(G729,)))
        office.run(1)
        assert alice.notes[-1] == "changed 488"
        assert bob.notes[-1] != "ended"
        over(office, alice)


def test_who_has_no_codec_in_common_talks_by_conversion() -> None:
    with Office("alice", "bob") as office:
        office["alice"].formats, office["bob"].formats = (G722,), (OPUS,)
        alice, bob = talking(office)
        assert "offered" not in bob.notes  # it has chosen, and would choose the same again
        told = [
            each.main.codec.name
            for each in office.house.workers.streams.values()
            if each and each.main
        ]
        assert told == ["G722", "opus"]
        over(office, alice)


@pytest.mark.parametrize("holds", [0, 1], ids=["caller", "callee"])
def test_hold_is_answered_here_where_sound_is_converted(holds: int) -> None:
    """A provider is not asked for another session whenever a phone holds him."""
    with Office("alice", "bob") as office:
        office["alice"].formats, office["bob"].formats = (OPUS, EVENTS), (PCMU,)
        both = talking(office)
        one, other = both[holds], both[1 - holds]
        [talked] = one.streams
        assert talked is not None
        for stream, partner_hears in (held(talked, Hold.SENDONLY), False), (talked, True):
            one.modify(stream)
            office.run(1)
            assert one.notes[-1] == "changed 200"
            assert "offered" not in other.notes
            directions = [each.direction for each in office.house.workers.streams.values() if each]
            assert (directions[holds] is Direction.SENDRECV) is partner_hears
            assert directions[1 - holds] is Direction.SENDRECV
        assert len(office.house.workers.heard) == 2
        facts = [each for each in office.house.facts if isinstance(each, LegHeld)]
        assert [each.held for each in facts] == [True, False]
        over(office, one)


def test_video_is_passed_on_where_sound_is_converted() -> None:
    with Office("alice", "bob") as office:
        office["alice"].formats, office["bob"].formats = (OPUS,), (PCMU,)
        alice, bob = talking(office)
        bob.streams = [msgspec.structs.replace(AUDIO, formats=(PCMU,)), VIDEO]
        alice.modify(msgspec.structs.replace(AUDIO, formats=(OPUS,)), VIDEO)
        office.run(1)
        assert "offered" in bob.notes
        assert [each.kind for each in alice.agreed] == ["audio", "video"]
        over(office, alice)


def test_both_want_a_change_in_the_same_moment() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        alice.streams = bob.streams = [AUDIO, VIDEO]
        alice.modify(AUDIO, VIDEO)
        bob.modify(AUDIO, VIDEO)
        office.run(20)
        assert "changed 200" in (alice.notes[-1], bob.notes[-1])
        over(office, alice)


def test_a_caller_without_an_offer_may_ask_for_another_session_so() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        assert alice.call is not None
        alice.call.modify(b"")
        office.run(1)
        assert "offered" in alice.notes
        assert bob.notes == ["confirmed"]
        over(office, alice)


def test_silence_ends_a_call() -> None:
    with Office("alice", "bob") as office:
        alice, bob = talking(office)
        stream = next(iter(office.house.workers.streams))
        office.house.workers.notice(StreamSilent(stream))
        office.run()
        office.check()
        assert (alice.notes[-1], bob.notes[-1]) == ("ended", "ended")
        assert {each.reason for each in office.house.facts if isinstance(each, LegEnded)} == {
            "rtp_silence"
        }


def test_a_key_nobody_waits_for_does_no_harm() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        stream = next(iter(office.house.workers.streams))
        office.house.workers.notice(DigitHeard(stream, "5", 100))
        over(office, alice)


def test_a_phone_may_ask_whether_the_call_still_stands() -> None:
    with Office("alice", "bob") as office:
        alice, _ = talking(office)
        heard: list[int] = []
        assert alice.call is not None
        for method in b"OPTIONS", b"MESSAGE":
            alice.call.send(method, lambda status, _: heard.append(status))
            office.run(1)
        assert heard == [200, 405]
        over(office, alice)
