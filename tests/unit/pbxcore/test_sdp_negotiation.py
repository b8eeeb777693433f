"""Offers and answers: what is agreed, what keeps its place, what counts as a change."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.sdp.codecs import (
    EVENTS,
    G722,
    G729,
    OPUS,
    PCMA,
    PCMU,
    Codec,
    Format,
    attributes_for,
    formats_of,
)
from pbxcore.sip.sdp.crypto import Crypto, Key
from pbxcore.sip.sdp.description import Attribute, SessionDescription
from pbxcore.sip.sdp.direction import Direction, Hold
from pbxcore.sip.sdp.dtls import Dtls, Fingerprint, Setup
from pbxcore.sip.sdp.fax import Fax
from pbxcore.sip.sdp.ice import Candidate, Ice
from pbxcore.sip.sdp.negotiation import Negotiation
from pbxcore.sip.sdp.reader import read
from pbxcore.sip.sdp.rtcp import Endpoint
from pbxcore.sip.sdp.stream import AVP, DTLS_SAVPF, SAVP, Agreed, Stream, held
from pbxcore.sip.sdp.writer import write

AUDIO = Stream(port=4000, formats=(PCMA, PCMU, EVENTS))
HEAD = "v=0\r\no=- 7 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\n"
SUITE = "AES_CM_128_HMAC_SHA1_80"


def ours(**more: bool) -> Negotiation:
    """Our side, before anything was said."""
    return Negotiation(42, "10.0.0.1", **more)


def peer(*lines: str, session: str = "") -> SessionDescription:
    """What the other side wrote; the first line is an `m=` line."""
    return read((HEAD + session + "".join(f"{line}\r\n" for line in lines)).encode())


def refused(negotiation: Negotiation, offer: SessionDescription, *streams: Stream) -> int:
    """The status with which we refuse an offer."""
    with pytest.raises(RemoteProtocolError) as caught:
        negotiation.answer(offer, streams)
    return caught.value.status


def passed(description: SessionDescription) -> SessionDescription:
    """What the other side reads when we write this."""
    return read(write(description))


def only(negotiation: Negotiation) -> Agreed:
    """The one stream that was agreed on."""
    (agreed,) = negotiation.agreed
    return agreed


# Codecs


def test_offer_says_what_we_have() -> None:
    assert write(ours().offer([AUDIO])) == (
        b"v=0\r\no=- 42 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
        b"m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
        b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n"
    )


def test_answer_has_what_both_have_under_the_offers_numbers() -> None:
    us = ours()
    answer = us.answer(
        peer(
            "m=audio 5000 RTP/AVP 18 0 110 8 98",
            "a=rtpmap:110 telephone-event/8000",
            "a=fmtp:110 0-15",
            "a=rtpmap:98 speex/8000",
            "a=ptime:30",
        ),
        [AUDIO],
    )
    assert answer.media[0].formats == ("0", "110", "8")
    agreed = only(us)
    assert [(each.send_type, each.codec.name) for each in agreed.codecs] == [
        (0, "PCMU"),
        (110, "telephone-event"),
        (8, "PCMA"),
    ]
    assert agreed.codecs[1].send_fmtp == "0-15"
    assert agreed.codecs[1].receive_fmtp == "0-16"
    assert (agreed.remote, agreed.remote_rtcp) == (
        Endpoint("10.0.0.2", 5000),
        Endpoint("10.0.0.2", 5001),
    )
    assert (agreed.packet_ms, agreed.direction) == (30, Direction.SENDRECV)


def test_answer_in_our_order_with_one_codec() -> None:
    us = ours()
    offer = peer("m=audio 5000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000")
    mine = msgspec.structs.replace(AUDIO, ours_first=True, one_codec=True)
    assert us.answer(offer, [mine]).media[0].formats == ("8", "101")
    assert only(us).main == only(us).codecs[0]


def test_each_side_may_number_as_it_likes() -> None:
    us = ours()
    us.offer([msgspec.structs.replace(AUDIO, formats=(OPUS, EVENTS))])
    us.accept(
        peer(
            "m=audio 5000 RTP/AVP 111 96",
            "a=rtpmap:111 opus/48000/2",
            "a=fmtp:111 useinbandfec=1",
            "a=rtpmap:96 telephone-event/8000",
        )
    )
    opus, events = only(us).codecs
    assert (opus.send_type, opus.receive_type, opus.send_fmtp) == (111, 96, "useinbandfec=1")
    assert (events.send_type, events.receive_type) == (96, 101)


def test_what_nobody_offered_is_not_agreed() -> None:
    us = ours()
    us.offer([AUDIO])
    us.accept(peer("m=audio 5000 RTP/AVP 18 8"))
    assert [each.codec.name for each in only(us).codecs] == ["PCMA"]


def test_events_follow_the_clock_of_the_codecs() -> None:
    wide = Format(102, Codec("telephone-event", 48000, fmtp="0-16"))
    stream = msgspec.structs.replace(AUDIO, formats=(OPUS, PCMA, EVENTS, wide))
    offer = (
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:110 telephone-event/48000",
        "a=rtpmap:126 telephone-event/8000",
    )
    us = ours()
    answer = us.answer(peer("m=audio 5000 RTP/AVP 111 8 126 110", *offer), [stream])
    assert answer.media[0].formats == ("111", "8", "126", "110")
    opus, pcma, *_ = only(us).codecs
    for codec, number in ((opus, 110), (pcma, 126)):
        events = only(us).events_for(codec)
        assert events is not None
        assert events.send_type == number
    answer = ours().answer(peer("m=audio 5000 RTP/AVP 111 126 110", *offer), [stream])
    assert answer.media[0].formats == ("111", "110")
    us = ours()
    answer = us.answer(peer("m=audio 5000 RTP/AVP 111 126", *offer), [stream])
    assert answer.media[0].formats == ("111", "126")


def test_events_alone_are_no_codec() -> None:
    offer = peer("m=audio 5000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000")
    assert refused(ours(), offer, AUDIO) == 488


@pytest.mark.parametrize(
    ("offered", "mine", "answered"),
    [
        ("G729/8000|annexb=no", G729, "annexb=no"),
        ("G729/8000", Format(18, Codec("G729", 8000, fmtp="annexb=no")), "annexb=no"),
        ("G729/8000", G729, None),
        ("iLBC/8000|mode=20", Format(97, Codec("iLBC", 8000)), "mode=30"),
        ("opus/48000/2|stereo=1", OPUS, None),
        (
            "H264/90000|profile-level-id=42e01f;packetization-mode=1",
            Format(99, Codec("H264", 90000, 1, "profile-level-id=42e00a;packetization-mode=1")),
            "profile-level-id=42e00a;packetization-mode=1",
        ),
    ],
)
def test_answered_parameters(offered: str, mine: Format, answered: str | None) -> None:
    mapping, _, fmtp = offered.partition("|")
    lines = [f"a=rtpmap:98 {mapping}", *([f"a=fmtp:98 {fmtp}"] if fmtp else [])]
    stream = Stream(port=4000, formats=(mine,))
    answer = ours().answer(peer("m=audio 5000 RTP/AVP 98", *lines), [stream])
    assert answer.media[0].value("fmtp") == (f"98 {answered}" if answered else None)


def test_numbers_never_come_to_mean_another_codec() -> None:
    us = ours()
    us.answer(
        peer("m=audio 5000 RTP/AVP 96", "a=rtpmap:96 speex/8000"),
        [msgspec.structs.replace(AUDIO, formats=(Format(97, Codec("speex", 8000)),))],
    )
    offer = us.offer(
        [msgspec.structs.replace(AUDIO, formats=(OPUS, Format(97, Codec("speex", 8000))))]
    )
    assert offer.media[0].values("rtpmap") == [
        "98 opus/48000/2",
        "96 speex/8000",
    ]


# Lines


def test_lines_keep_number_and_order() -> None:
    offer = peer(
        "m=video 6000 RTP/AVP 99",
        "a=rtpmap:99 H264/90000",
        "m=audio 5000 RTP/AVP 8",
        "m=message 9 TCP/MSRP *",
        "m=audio 5002 RTP/AVP 8",
        "m=audio 0 RTP/AVP 8",
    )
    us = ours()
    answer = us.answer(offer, [AUDIO])
    assert [(each.kind, each.port) for each in answer.media] == [
        ("video", 0),
        ("audio", 4000),
        ("message", 0),
        ("audio", 0),
        ("audio", 0),
    ]
    assert answer.media[2].formats == ("*",)
    assert only(us).index == 1
    again = us.offer([None, AUDIO])
    assert [each.port for each in again.media] == [0, 4000, 0, 0, 0]


def test_stream_is_added_and_ended() -> None:
    us = ours()
    us.offer([AUDIO])
    us.accept(peer("m=audio 5000 RTP/AVP 8"))
    fax = Stream(kind="image", port=4002, profiles=("udptl",), fax=Fax())
    offer = us.offer([None, fax])
    assert [(each.kind, each.port) for each in offer.media] == [("audio", 0), ("image", 4002)]
    us.accept(peer("m=audio 0 RTP/AVP 8", "m=image 5004 udptl t38", "a=T38FaxMaxDatagram:400"))
    agreed = only(us)
    assert (agreed.index, agreed.remote) == (1, Endpoint("10.0.0.2", 5004))
    assert agreed.fax == Fax()
    assert agreed.remote_fax == Fax(datagram=400)


def test_line_may_change_its_kind() -> None:
    us = ours()
    us.offer([AUDIO])
    us.accept(peer("m=audio 5000 RTP/AVP 8"))
    answer = us.answer(
        peer("m=image 5000 udptl t38", "a=T38MaxBitRate:9600"),
        [Stream(kind="image", port=4002, profiles=("udptl",), fax=Fax())],
    )
    assert answer.media[0].value("T38MaxBitRate") == "9600"
    assert not answer.media[0].has("sendrecv")


def test_offer_without_lines_is_answered_without_lines() -> None:
    us = ours()
    assert us.answer(peer(), [AUDIO]).media == ()
    assert us.agreed == ()


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["m=audio 5000 RTP/AVP 18"], 488),
        (["m=audio 5000 RTP/AVP"], 488),
        (["m=audio 5000 RTP/SAVP 8"], 488),
        (["m=video 5000 RTP/AVP 31"], 488),
        (["m=audio 5000 RTP/AVP 8", "a=rtcp:x"], 400),
    ],
)
def test_unacceptable_offer_is_refused_and_changes_nothing(lines: list[str], status: int) -> None:
    us = ours()
    assert refused(us, peer(*lines), AUDIO) == status
    assert (us.local, us.agreed) == (None, ())
    assert us.offer([AUDIO]).origin.version == 1


def test_offer_without_address_gets_400() -> None:
    offer = read(b"v=0\r\no=- 7 1 IN IP4 10.0.0.2\r\ns=-\r\nt=0 0\r\nm=audio 5000 RTP/AVP 8\r\n")
    assert refused(ours(), offer, AUDIO) == 400


def test_more_of_codecs_than_anybody_has_is_refused_and_not_remembered() -> None:
    numbers = range(128)
    offer = peer(
        "m=audio 5000 RTP/AVP " + " ".join(map(str, numbers)),
        *(f"a=rtpmap:{each} x{each}/8000" for each in numbers),
        *(f"a=fmtp:{each} {'y' * 300}" for each in numbers),
    )
    caches = (formats_of, attributes_for)
    before = [each.cache_info().currsize for each in caches]
    assert refused(ours(), offer, AUDIO) == 413
    assert [each.cache_info().currsize for each in caches] == before


def test_refusal_says_why() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        ours().answer(peer("m=audio 5000 RTP/AVP 18"), [AUDIO])
    assert caught.value.headers == (b'Warning: 305 pbx "Incompatible media format"',)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["m=audio 5000 RTP/AVP 8", "m=audio 5002 RTP/AVP 8"],
        ["m=video 5000 RTP/AVP 8"],
        ["m=audio 5000 RTP/SAVP 8"],
        ["m=audio 5000 RTP/AVP 18"],
    ],
)
def test_answer_that_does_not_fit_is_refused_and_the_offer_stays(lines: list[str]) -> None:
    us = ours()
    us.offer([AUDIO])
    with pytest.raises(RemoteProtocolError) as caught:
        us.accept(peer(*lines))
    assert caught.value.status == 488
    assert us.pending is not None


def test_all_lines_refused_in_an_answer_is_an_answer() -> None:
    us = ours()
    us.offer([AUDIO])
    assert us.accept(peer("m=audio 0 RTP/AVP 8")) == ()


# Order of offers, versions


def test_one_offer_at_a_time() -> None:
    us = ours()
    with pytest.raises(LocalProtocolError):
        us.accept(peer("m=audio 5000 RTP/AVP 8"))
    us.offer([AUDIO])
    with pytest.raises(LocalProtocolError):
        us.offer([AUDIO])
    assert refused(us, peer("m=audio 5000 RTP/AVP 8"), AUDIO) == 491


def test_version_grows_on_change_alone() -> None:
    us = ours()
    answer = peer("m=audio 5000 RTP/AVP 8")
    versions = []
    waiting = held(AUDIO, Hold.SENDONLY)
    for stream in (AUDIO, AUDIO, waiting, waiting, AUDIO):
        versions.append(us.offer([stream]).origin.version)
        us.accept(answer)
    assert versions == [1, 1, 2, 2, 3]
    assert us.answer(peer("m=audio 5000 RTP/AVP 8"), [AUDIO]).origin.version == 4
    assert us.answer(peer("m=audio 5002 RTP/AVP 8"), [AUDIO]).origin.version == 4


def test_refused_offer_leaves_all_as_it_was() -> None:
    us = ours()
    us.offer([AUDIO])
    us.accept(peer("m=audio 5000 RTP/AVP 8"))
    before = us.agreed
    waiting = held(AUDIO, Hold.INACTIVE)
    assert us.offer([waiting]).origin.version == 2
    us.withdraw()
    assert us.agreed == before
    assert us.offer([waiting]).origin.version == 2
    us.withdraw()
    assert us.offer([AUDIO]).origin.version == 1
    us.withdraw()
    assert us.offer([held(AUDIO, Hold.SENDONLY)]).origin.version == 3


def test_origin_stays_when_the_address_changes() -> None:
    us = ours()
    us.offer([AUDIO])
    us.accept(peer("m=audio 5000 RTP/AVP 8"))
    us.address = "10.9.9.9"
    offer = us.offer([AUDIO])
    assert (offer.origin.address, offer.origin.version) == ("10.0.0.1", 2)
    assert offer.connection is not None
    assert offer.connection.address == "10.9.9.9"


def test_forks_are_answered_each_for_itself() -> None:
    us = ours()
    us.offer([AUDIO])
    other = us.fork()
    us.accept(peer("m=audio 5000 RTP/AVP 8"))
    other.accept(peer("m=audio 5002 RTP/AVP 0"))
    assert (only(us).remote, only(other).remote) == (
        Endpoint("10.0.0.2", 5000),
        Endpoint("10.0.0.2", 5002),
    )


# Hold


@pytest.mark.parametrize(
    ("line", "form", "answered", "hears"),
    [
        ("a=sendonly", Hold.SENDONLY, Direction.RECVONLY, True),
        ("a=inactive", Hold.INACTIVE, Direction.INACTIVE, False),
        ("a=recvonly", Hold.RECVONLY, Direction.SENDONLY, False),
        ("c=IN IP4 0.0.0.0", Hold.ZERO_ADDRESS, Direction.RECVONLY, True),
        ("c=IN IP6 ::", Hold.ZERO_ADDRESS, Direction.RECVONLY, True),
    ],
)
def test_peer_holds_and_resumes(line: str, form: Hold, answered: Direction, hears: bool) -> None:
    us = ours()
    us.answer(peer("m=audio 5000 RTP/AVP 8"), [AUDIO])
    answer = us.answer(peer("m=audio 5000 RTP/AVP 8", line), [AUDIO])
    assert answer.media[0].has(str(answered.name).lower())
    assert (only(us).hold, only(us).direction) == (form, answered)
    assert only(us).direction.receives is hears
    assert (only(us).remote is None) is (form is Hold.ZERO_ADDRESS)
    us.answer(peer("m=audio 5000 RTP/AVP 8"), [AUDIO])
    assert (only(us).hold, only(us).direction) == (None, Direction.SENDRECV)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Hold.SENDONLY, b"a=sendonly\r\n"),
        (Hold.INACTIVE, b"a=inactive\r\n"),
        (Hold.RECVONLY, b"a=recvonly\r\n"),
        (Hold.ZERO_ADDRESS, b"c=IN IP4 0.0.0.0\r\n"),
    ],
)
def test_we_hold_in_every_form(form: Hold, written: bytes) -> None:
    us, they = ours(), Negotiation(7, "10.0.0.2")
    theirs = msgspec.structs.replace(AUDIO, port=5000)
    for stream in (AUDIO, held(AUDIO, form), AUDIO):
        offer = us.offer([stream])
        assert (written in write(offer)) is (stream is not AUDIO)
        us.accept(passed(they.answer(passed(offer), [theirs])))
        assert only(us).hold is None
        assert only(they).hold is (None if stream is AUDIO else form)
        assert only(they).direction is only(us).direction.mirrored


def test_hold_on_ipv6_and_of_one_who_was_not_heard() -> None:
    assert held(AUDIO, Hold.ZERO_ADDRESS, ipv6=True).address == "::"
    far = msgspec.structs.replace(AUDIO, address="2001:db8::1")
    assert held(far, Hold.ZERO_ADDRESS).address == "::"
    deaf = msgspec.structs.replace(AUDIO, direction=Direction.RECVONLY)
    assert held(deaf, Hold.SENDONLY).direction is Direction.INACTIVE


def test_peer_that_holds_while_we_hold() -> None:
    us = ours()
    us.offer([held(AUDIO, Hold.SENDONLY)])
    us.accept(peer("m=audio 5000 RTP/AVP 8", "a=inactive"))
    assert (only(us).hold, only(us).direction) == (Hold.INACTIVE, Direction.INACTIVE)


# Keys


def crypto(tag: int, suite: str = SUITE, octet: int = 1) -> Crypto:
    """A line with a key one can recognise."""
    return Crypto(tag, suite, (Key(bytes([octet]) * 30),))


SECURE = Stream(port=4000, formats=(PCMA,), profiles=(SAVP, AVP), cryptos=(crypto(1),))


def test_answered_key_has_the_offers_tag() -> None:
    us = ours()
    lines = [
        f"a=crypto:{each.attribute.value}"
        for each in (crypto(3, "AES_CM_128_HMAC_SHA1_32", 8), crypto(5, octet=9))
    ]
    answer = us.answer(peer("m=audio 5000 RTP/SAVP 8", *lines), [SECURE])
    assert answer.media[0].profile == SAVP
    assert (only(us).local_crypto, only(us).remote_crypto) == (crypto(5), crypto(5, octet=9))


def test_clear_offer_is_answered_in_clear() -> None:
    us = ours()
    answer = us.answer(peer("m=audio 5000 RTP/AVP 8"), [SECURE])
    assert (answer.media[0].profile, answer.media[0].values("crypto")) == (AVP, [])
    assert only(us).remote_crypto is None


@pytest.mark.parametrize(
    "line",
    [
        "a=x",
        f"a=crypto:{crypto(2, 'AES_CM_128_HMAC_SHA1_32').attribute.value}",
        f"a=crypto:{crypto(1).attribute.value[:-8]}",
    ],
)
def test_secure_offer_without_usable_key_is_refused(line: str) -> None:
    assert refused(ours(), peer("m=audio 5000 RTP/SAVP 8", line), SECURE) == 488


@pytest.mark.parametrize("answered", [crypto(2), crypto(1, "AES_CM_128_HMAC_SHA1_32"), None])
def test_answered_key_must_be_for_an_offered_line(answered: Crypto | None) -> None:
    us = ours()
    us.offer([SECURE])
    lines = [f"a=crypto:{answered.attribute.value}"] if answered else []
    with pytest.raises(RemoteProtocolError) as caught:
        us.accept(peer("m=audio 5000 RTP/SAVP 8", *lines))
    assert caught.value.status == 488


PRINT = Fingerprint("sha-256", bytes(range(32)))
HOST = Candidate("1", 1, "UDP", 2130706431, "10.0.0.1", 4000, "host")
BROWSER = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=ice-ufrag:8hhY",
    "a=ice-pwd:asd88fgpdd777uzjYhagZg",
    "a=ice-options:trickle",
    f"a=fingerprint:{PRINT.attribute.value}",
    "a=setup:actpass",
    "a=mid:0",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "a=rtpmap:110 telephone-event/48000",
    "a=rtpmap:126 telephone-event/8000",
)
WEB = Stream(
    port=4000,
    formats=(OPUS, PCMA, EVENTS),
    profiles=(DTLS_SAVPF,),
    mux=True,
    dtls=Dtls((PRINT,), Setup.PASSIVE),
    ice=Ice("abcd", "b" * 22, (HOST,), lite=True, complete=True),
)


def test_browser_is_answered() -> None:
    us = ours(bundle=True)
    answer = us.answer(peer(*BROWSER, session="a=group:BUNDLE 0\r\n"), [WEB])
    assert write(answer).decode() == (
        "v=0\r\no=- 42 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
        "a=group:BUNDLE 0\r\na=ice-lite\r\n"
        "m=audio 4000 UDP/TLS/RTP/SAVPF 111 8 126\r\na=rtpmap:111 opus/48000/2\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:126 telephone-event/8000\r\na=fmtp:126 0-16\r\n"
        f"a=rtcp-mux\r\na=fingerprint:{PRINT.attribute.value}\r\na=setup:passive\r\n"
        f"a=ice-ufrag:abcd\r\na=ice-pwd:{'b' * 22}\r\n"
        "a=candidate:1 1 UDP 2130706431 10.0.0.1 4000 typ host\r\na=end-of-candidates\r\n"
        "a=mid:0\r\na=sendrecv\r\n"
    )
    agreed = only(us)
    assert (agreed.hold, agreed.remote, agreed.mux, agreed.mid) == (None, None, True, "0")
    assert agreed.dtls == Dtls((PRINT,), Setup.PASSIVE)
    assert agreed.ice is not None
    assert agreed.ice.user == "8hhY"


def test_browser_answers() -> None:
    us = ours(bundle=True)
    offer = us.offer([msgspec.structs.replace(WEB, dtls=Dtls((PRINT,), Setup.ACTPASS))])
    assert offer.media[0].value("mid") == "0"
    assert offer.value("group") == "BUNDLE 0"
    lines = [line.replace("actpass", "active") for line in BROWSER]
    us.accept(peer(*lines, session="a=group:BUNDLE 0\r\n"))
    agreed = only(us)
    assert agreed.dtls is not None
    assert agreed.dtls.setup is Setup.PASSIVE


def test_answer_whose_setup_does_not_fit_is_refused() -> None:
    us = ours()
    us.offer([WEB])
    lines = [line.replace("actpass", "passive") for line in BROWSER]
    with pytest.raises(RemoteProtocolError) as caught:
        us.accept(peer(*lines))
    assert caught.value.status == 488


def test_bundle_is_answered_with_what_was_accepted() -> None:
    video = ["m=video 0 UDP/TLS/RTP/SAVPF 96", "a=bundle-only", "a=mid:1", *BROWSER[1:8]]
    more = [*video, "a=rtcp-mux", "a=rtpmap:96 VP8/90000"]
    offer = peer(*BROWSER, *more, session="a=group:BUNDLE 0 1\r\n")
    us = ours(bundle=True)
    assert us.answer(offer, [WEB]).value("group") == "BUNDLE 0"
    us = ours(bundle=True)
    vp8 = msgspec.structs.replace(WEB, kind="video", formats=(Format(100, Codec("VP8", 90000)),))
    answer = us.answer(offer, [WEB, vp8])
    assert answer.value("group") == "BUNDLE 0 1"
    assert [each.mid for each in us.agreed] == ["0", "1"]
    alone = ours()
    answer = alone.answer(offer, [WEB, vp8])
    assert answer.value("group") is None
    assert [each.port for each in answer.media] == [4000, 0]
    assert answer.media[1].value("mid") == "1"


def test_rtcp_multiplexing_needs_both() -> None:
    stream = msgspec.structs.replace(AUDIO, mux=True, rtcp_port=4009)
    us = ours()
    answer = us.answer(peer("m=audio 5000 RTP/AVP 8"), [stream])
    assert not answer.media[0].has("rtcp-mux")
    assert only(us).remote_rtcp == Endpoint("10.0.0.2", 5001)
    us.answer(peer("m=audio 5000 RTP/AVP 8", "a=rtcp-mux"), [stream])
    assert only(us).remote_rtcp == Endpoint("10.0.0.2", 5000)


def test_own_lines_go_along() -> None:
    stream = msgspec.structs.replace(
        AUDIO,
        address="2001:db8::1",
        rtcp_port=4009,
        packet_ms=20,
        longest_packet_ms=60,
        attributes=(Attribute("label", "1"),),
    )
    written = write(ours().offer([stream]))
    assert b"c=IN IP6 2001:db8::1\r\n" in written
    assert b"a=ptime:20\r\na=maxptime:60\r\na=rtcp:4009\r\na=label:1\r\n" in written


# Two of us, and anything


FORMATS = (PCMU, PCMA, G722, G729, OPUS, EVENTS)
STREAMS = st.builds(
    Stream,
    port=st.integers(1024, 65534),
    kind=st.just("audio"),
    formats=st.lists(
        st.builds(
            lambda each, number: msgspec.structs.replace(
                each, payload_type=number if each.payload_type > 95 else each.payload_type
            ),
            st.sampled_from(FORMATS),
            st.integers(96, 127),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda each: each.codec,
    ).map(tuple),
    direction=st.sampled_from(
        [Direction.SENDRECV, Direction.SENDONLY, Direction.RECVONLY, Direction.INACTIVE]
    ),
    mux=st.booleans(),
    ours_first=st.booleans(),
    one_codec=st.booleans(),
)


@given(st.lists(st.tuples(st.booleans(), STREAMS, STREAMS), min_size=1, max_size=5))
def test_both_sides_come_to_the_same(rounds: list[tuple[bool, Stream, Stream]]) -> None:
    sides = (Negotiation(1, "10.0.0.1"), Negotiation(2, "10.0.0.2"))
    for first, mine, theirs in rounds:
        us, they = sides if first else sides[::-1]
        offer = us.offer([mine])
        try:
            answer = they.answer(passed(offer), [theirs])
        except RemoteProtocolError as error:
            us.withdraw()
            assert error.status == 488  # noqa: PT017 - another outcome is right too
            continue
        us.accept(passed(answer))
        assert len(us.agreed) == len(they.agreed) == 1
        here, there = only(us), only(they)
        assert here.direction is there.direction.mirrored
        assert here.mux == there.mux
        assert [(each.send_type, each.receive_type) for each in here.codecs] == [
            (each.receive_type, each.send_type) for each in there.codecs
        ]
        assert here.remote == Endpoint(they.address, theirs.port)
        assert here.main is not None


@given(st.data())
def test_damaged_offers_are_answered_or_refused(data: st.DataObject) -> None:
    body = HEAD + "a=group:BUNDLE 0\r\n" + "".join(f"{line}\r\n" for line in BROWSER)
    damaged = bytearray(body.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(len(HEAD), len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    us = ours(bundle=True)
    try:
        write(us.answer(read(bytes(damaged)), [WEB]))
    except RemoteProtocolError as error:
        assert error.status in {400, 413, 488}  # noqa: PT017 - being answered is right too


H264 = [
    "a=rtpmap:99 H264/90000",
    "a=fmtp:99 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
    "a=rtpmap:101 H264/90000",
    "a=fmtp:101 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
]


def video(*numbers: int) -> Stream:
    levels = {99: "42001f", 101: "42e01f"}
    formats = tuple(
        Format(each, Codec("H264", 90000, 1, f"packetization-mode=1;profile-level-id={level}"))
        for each, level in levels.items()
        if each in numbers
    )
    return Stream(port=4000, kind="video", formats=formats)


@pytest.mark.parametrize(("mine", "number"), [(101, "101"), (99, "99")])
def test_of_two_profiles_the_nearer_is_answered(mine: int, number: str) -> None:
    """RFC 6184 §8.1, table 5: constrained baseline is 42e0, baseline 4200."""
    offer = peer("m=video 5000 RTP/AVP 99 101", *H264)
    answer = ours().answer(offer, [video(mine)])
    assert answer.media[0].formats == (number,)


def test_another_level_of_one_profile_is_still_answered() -> None:
    offer = peer("m=video 5000 RTP/AVP 99", *H264[:2])
    assert ours().answer(offer, [video(101)]).media[0].formats == ("99",)


def test_a_number_of_our_offer_that_means_the_same_is_understood() -> None:
    """Whoever answers 101 may send 99, which we have offered as the same codec."""
    us = ours()
    us.offer([video(99, 101)])
    us.accept(peer("m=video 5000 RTP/AVP 101", *H264[2:]))
    assert [(each.receive_type, each.send_type) for each in only(us).codecs] == [
        (101, 101),
        (99, 101),
    ]
