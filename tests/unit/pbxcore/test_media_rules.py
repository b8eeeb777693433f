"""What extensions and trunks want of their media: codecs in their order, keys in their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.calls.media_rules import MediaRules, rules_of
from pbxcore.directory import Delta, Extension, Trunk, TrunkPut
from pbxcore.media.commands import DigitHeard, PressDigits, SetStream
from pbxcore.sip.sdp.codecs import EVENTS, G722, G729, OPUS, PCMA, PCMU, Codec, Format
from pbxcore.sip.sdp.stream import Stream
from pbxcore.sip.uri import write_uri_headers
from tests.support.handsets import Office, Talk
from tests.support.switching import Way
from tests.unit.pbxcore.test_call_changes import over, talking
from tests.unit.pbxcore.test_call_transfers import refer, replaces

if TYPE_CHECKING:
    from pbxcore.directory import Dtmf

VP8 = Format(97, Codec("VP8", 90_000))


def info(talk: Talk, key: str) -> None:
    """A phone presses a key by INFO."""
    assert talk.call is not None
    line = b"Content-Type: application/dtmf-relay"
    talk.call.send(b"INFO", lines=(line,), body=b"Signal=%b\r\nDuration=160\r\n" % key.encode())


def told(office: Office, talk: Talk) -> str:
    """How a phone was told of a key: in its stream, by INFO, or not by us."""
    if any(note.startswith("Signal=") for note in talk.notes):
        return "info"
    pressed = [each for each in office.house.workers.asked if isinstance(each, PressDigits)]
    return "stream" if pressed else ""


def heard_in_band(office: Office) -> dict[str, bool | None]:
    """What the workers were told last of each stream: whether keys are heard as tones."""
    return {
        each.stream: each.key_tones
        for each in office.house.workers.asked
        if isinstance(each, SetStream)
    }


def named(talk: Talk) -> list[str]:
    """The codecs that were agreed, as a phone sees it."""
    return [each.codec.name for each in talk.agreed[0].codecs]


@pytest.mark.parametrize(
    ("dtmf", "formats", "by", "way"),
    [
        ("rfc4733", (PCMA, EVENTS), "event", ""),  # they go their own way
        ("rfc4733", (PCMA, EVENTS), "tone", ""),
        ("rfc4733", (PCMA, EVENTS), "info", "stream"),
        ("rfc4733", (PCMA,), "event", "stream"),
        ("rfc4733", (PCMA,), "info", "stream"),
        ("rfc4733", (PCMA,), "tone", ""),
        ("auto", (PCMA,), "event", "stream"),
        ("inband", (PCMA, EVENTS), "event", "stream"),
        ("inband", (PCMA, EVENTS), "tone", ""),
        ("info", (PCMA, EVENTS), "event", "info"),
        ("info", (PCMA, EVENTS), "tone", "info"),
        ("info", (PCMA, EVENTS), "info", "info"),
    ],
)
def test_a_key_is_told_as_the_extension_wants_it(
    dtmf: Dtmf, formats: tuple[Format, ...], by: str, way: str
) -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", dtmf=dtmf)
        office["bob"].formats = formats
        alice, bob = talking(office)
        if by == "info":
            info(alice, "7")
        else:
            stream = next(iter(office.house.workers.streams))
            office.house.workers.notice(DigitHeard(stream, "7", 120, by))  # type: ignore[arg-type]
        office.run(1)
        assert told(office, bob) == way
        over(office, alice)


def test_who_presses_by_info_without_events_is_told_so() -> None:
    with Office("alice", "bob") as office:
        office["bob"].formats = (PCMA,)
        alice, bob = talking(office)
        info(bob, "1")
        office.run(1)
        info(alice, "7")
        office.run(1)
        assert "Signal=7" in bob.notes[-1]
        over(office, alice)


def test_where_no_tones_can_be_made_keys_go_by_info() -> None:
    with Office("alice", "bob") as office:
        office["alice"].formats = (G729, EVENTS)
        office["bob"].formats = (G729,)
        alice, bob = talking(office)
        info(alice, "7")
        office.run(1)
        assert told(office, bob) == "info"
        over(office, alice)


@pytest.mark.parametrize(
    ("dtmf", "events", "tones"),
    [
        ("rfc4733", True, None),
        ("auto", True, True),
        ("inband", False, True),
        ("info", False, False),
    ],
)
def test_events_are_agreed_to_and_tones_are_heard_as_the_extension_wants_it(
    dtmf: Dtmf, events: bool, tones: bool | None
) -> None:
    with Office("alice", "bob") as office:
        office.house.change("alice", dtmf=dtmf)
        office.house.change("bob", dtmf=dtmf)
        alice, bob = talking(office)
        assert ("telephone-event" in named(alice)) is events
        assert ("telephone-event" in named(bob)) is events
        assert set(heard_in_band(office).values()) == {tones}
        over(office, alice)


def test_a_callee_is_offered_its_codecs_in_its_order() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", codecs=("g722", "pcmu"))
        office["bob"].formats = (PCMU, PCMA, G722, OPUS, EVENTS)
        alice, bob = talking(office)
        assert named(bob) == ["G722", "PCMU", "telephone-event"]
        assert "PCMU" in named(alice)
        over(office, alice)


def test_a_callers_codecs_are_kept_to_and_converted_where_need_be() -> None:
    with Office("alice", "bob") as office:
        office.house.change("alice", codecs=("pcmu",))
        office["bob"].formats = (PCMA, EVENTS)
        alice, bob = talking(office)
        assert named(alice) == ["PCMU", "telephone-event"]
        assert set(named(bob)) == {"PCMA", "telephone-event"}
        over(office, alice)


def test_pictures_outside_the_codecs_are_refused() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", codecs=("pcma",))
        office["alice"].formats = (PCMA, EVENTS)
        alice, _ = talking(office)
        pictures = Stream(port=4002, kind="video", formats=(VP8,))
        alice.modify(Stream(port=4000, formats=(PCMA, EVENTS)), pictures)
        office.run(1)
        assert [each.kind for each in alice.agreed] == ["audio"]
        over(office, alice)


def test_who_has_none_of_the_codecs_is_not_reached() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", codecs=("ilbc",))
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes[-1] == "488"
        assert not office["bob"].talks
        office.run()
        office.check()


def test_a_caller_with_none_of_its_codecs_is_refused() -> None:
    with Office("alice", "bob") as office:
        office.house.change("alice", codecs=("ilbc",))
        alice = office["alice"].dial("bob")
        office.run(1)
        assert alice.notes[-1] == "488"
        office.run()
        office.check()


def test_a_trunk_has_its_own() -> None:
    with Office("alice", "carrier") as office:
        directory = office.house.directory
        host = office["carrier"].stack.host
        trunk = Trunk("t", "T", host, codecs=("pcma",), dtmf="inband")
        directory.apply(Delta(directory.version + 1, (TrunkPut(trunk),)))
        office.house.routes["0049301234"] = (Way("t", "+49301234", "4989100", "Office"),)
        alice = office["alice"].dial("0049301234")
        office.run(1)
        carrier = office["carrier"].talk
        carrier.accept()
        office.run(1)
        assert named(carrier) == ["PCMA"]
        info(alice, "5")
        office.run(1)
        assert told(office, carrier) == "stream"
        over(office, alice)


@pytest.mark.parametrize("pictures", [False, True])
def test_a_session_for_which_the_other_has_no_codec_is_refused_and_its_sound_goes_on(
    pictures: bool,
) -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", codecs=("pcma", "vp8"))
        alice, bob = talking(office)
        lines = [Stream(port=4000, formats=(G729, EVENTS))]
        lines += [Stream(port=4002, kind="video", formats=(VP8,))] if pictures else []
        alice.modify(*lines)
        office.run(1)
        assert alice.notes[-1] == "changed 488"
        assert "offered" not in bob.notes
        assert (named(alice), named(bob)) == (["PCMA", "telephone-event"],) * 2
        over(office, alice)


def test_who_has_no_codec_of_whom_he_is_joined_with_is_asked_for_nothing() -> None:
    with Office("alice", "bob", "carol") as office:
        office.house.change("alice", codecs=("pcma",))
        office.house.change("carol", codecs=("g729",))
        alice, bob = talking(office)
        for each in "bob", "carol":
            office[each].formats = (G729, EVENTS)
        asking = office["bob"].dial("carol")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        refer(bob, b"%b?%b" % (office.house.uri("carol"), headers))
        office.run(1)
        assert bob.notes[-1] == "ended"
        carol = office["carol"].talk
        for each in alice, carol:  # nor is anybody who asks what he could have
            assert each.call is not None
            each.call.modify(b"")
            office.run(1)
            assert each.notes[-1] == "changed 200"
        assert named(alice) == ["PCMA", "telephone-event"]
        assert named(carol) == ["G729", "telephone-event"]
        over(office, alice)


@pytest.mark.parametrize(
    ("codecs", "kept_to"), [(("g729",), ()), (("g729", "pcma"), ("g729", "pcma")), ((), ())]
)
def test_a_browser_is_bound_to_no_codecs_that_it_does_not_speak(
    codecs: tuple[str, ...], kept_to: tuple[str, ...]
) -> None:
    extension = Extension("1001", "Alice", "", codecs=codecs, dtmf="info")
    assert rules_of(extension, "wss") == MediaRules(kept_to)
    assert rules_of(extension, "tls") == MediaRules(codecs, "info")
