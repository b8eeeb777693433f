"""What a leg is offered beside the other leg's codecs."""

from __future__ import annotations

from pbxcore.calls.offering import Line, to_offer
from pbxcore.sip.sdp.codecs import EVENTS, G722, G729, OPUS, PCMA, PCMU, Codec, Format


def offered(*formats: Format, kind: str = "audio") -> tuple[Format, ...]:
    return to_offer(Line(kind, formats), 4000, "off", ()).formats


def test_what_can_be_converted_is_offered_behind_the_callers_own() -> None:
    assert offered(PCMA) == (PCMA, PCMU, G722, OPUS, EVENTS)
    assert offered(G729) == (G729, EVENTS)
    pictures = Format(97, Codec("VP8", 90_000))
    assert offered(pictures, kind="video") == (pictures,)


def test_no_two_codecs_have_one_number() -> None:
    speex = Format(96, Codec("speex", 16_000))
    telephone = Format(101, Codec("iLBC", 8000))
    found = offered(PCMU, speex, telephone)
    numbers = [each.payload_type for each in found]
    assert found[:3] == (PCMU, speex, telephone)
    assert len(set(numbers)) == len(numbers) == 7
    assert {each.codec for each in found} >= {OPUS.codec, EVENTS.codec}
