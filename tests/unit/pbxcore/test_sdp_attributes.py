"""The attributes of a description, standard by standard."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.sdp.codecs import Codec, Format, attributes_for, formats_of
from pbxcore.sip.sdp.crypto import SUITES, Crypto, Key, cryptos_of, masked, new_crypto
from pbxcore.sip.sdp.direction import Direction, Hold, direction_of, hold_of
from pbxcore.sip.sdp.dtls import Fingerprint, Setup, agreed_setup, answering_setup, dtls_of
from pbxcore.sip.sdp.fax import Fax, answering_fax, fax_of
from pbxcore.sip.sdp.ice import Candidate, ice_of, read_candidate
from pbxcore.sip.sdp.reader import read
from pbxcore.sip.sdp.rtcp import (
    Endpoint,
    longest_packet_ms,
    packet_ms,
    rtcp_attribute,
    rtcp_endpoint_of,
)

if TYPE_CHECKING:
    from pbxcore.sip.sdp.description import Media, SessionDescription

HEAD = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"


def described(*lines: str, session: str = "") -> tuple[SessionDescription, Media]:
    """A description with one audio line and these lines below it."""
    body = (
        HEAD + session + "m=audio 4000 RTP/AVP 0 8 96 101\r\n" + "".join(f"{x}\r\n" for x in lines)
    )
    found = read(body.encode())
    return found, found.media[0]


# Direction and hold


@pytest.mark.parametrize(
    ("session", "own", "expected"),
    [
        ("", "", Direction.SENDRECV),
        ("a=sendonly\r\n", "", Direction.SENDONLY),
        ("a=sendonly\r\n", "a=recvonly", Direction.RECVONLY),
        ("a=inactive\r\n", "a=sendrecv", Direction.SENDRECV),
        ("", "a=INACTIVE", Direction.INACTIVE),
    ],
)
def test_direction_is_inherited(session: str, own: str, expected: Direction) -> None:
    found, media = described(*([own] if own else []), session=session)
    assert direction_of(found, media) is expected


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("a=sendrecv", None),
        ("a=sendonly", Hold.SENDONLY),
        ("a=inactive", Hold.INACTIVE),
        ("a=recvonly", Hold.RECVONLY),
        ("c=IN IP4 0.0.0.0", Hold.ZERO_ADDRESS),
        ("c=IN IP6 ::", Hold.ZERO_ADDRESS),
        ("c=IN IP6 0:0:0:0:0:0:0:0", Hold.ZERO_ADDRESS),
    ],
)
def test_every_form_of_hold_is_read(line: str, form: Hold | None) -> None:
    found, media = described(line)
    assert hold_of(found, media) is form


def test_zero_address_does_not_listen() -> None:
    found, media = described("c=IN IP4 0.0.0.0")
    assert direction_of(found, media) is Direction.SENDONLY
    found, media = described("c=IN IP4 0.0.0.0", "a=recvonly")
    assert direction_of(found, media) is Direction.INACTIVE


def test_zero_address_with_ice_holds_nobody() -> None:
    found, media = described("c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd")
    assert hold_of(found, media) is None
    assert direction_of(found, media) is Direction.SENDRECV


# Codecs


def test_codecs_are_named_by_mapping_or_by_number() -> None:
    _, media = described(
        "a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1; stereo=0", "a=rtcp-fb:* nack"
    )
    assert formats_of(media) == (
        Format(0, Codec("PCMU", 8000), ("nack",)),
        Format(8, Codec("PCMA", 8000), ("nack",)),
        Format(96, Codec("opus", 48000, 2, "useinbandfec=1; stereo=0"), ("nack",)),
    )
    assert formats_of(media)[2].codec.parameters == {"useinbandfec": "1", "stereo": "0"}


@pytest.mark.parametrize("value", ["96", "96 opus", "96 opus/0", "x opus/48000", "96 /8000", ""])
def test_unreadable_mapping_names_nothing(value: str) -> None:
    _, media = described(f"a=rtpmap:{value}")
    assert [each.payload_type for each in formats_of(media)] == [0, 8]


def test_first_mapping_holds_and_may_rename_a_static_number() -> None:
    _, media = described("a=rtpmap:0 PCMU/16000", "a=rtpmap:0 PCMU/8000")
    assert formats_of(media)[0].codec == Codec("PCMU", 16000)


def test_wrong_rate_of_g722_is_read_as_meant() -> None:
    _, media = described("a=rtpmap:96 G722/16000")
    assert formats_of(media)[2].codec == Codec("G722", 8000)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Codec("pcma", 8000), Codec("PCMA", 8000), True),
        (Codec("opus", 48000, 2), Codec("opus", 48000), False),
        (Codec("H264", 90000), Codec("H264", 90000, 1, "packetization-mode=1"), False),
        (
            Codec("H264", 90000, 1, "profile-level-id=42E01F"),
            Codec("H264", 90000, 1, "profile-level-id=42e00a"),
            True,
        ),
        (Codec("AMR", 8000, 1, "octet-align=1"), Codec("AMR", 8000), False),
    ],
)
def test_codecs_are_the_same_when_they_can_talk(one: Codec, other: Codec, same: bool) -> None:
    assert (one.identity == other.identity) is same


def test_codec_lines_are_written() -> None:
    formats = (Format(96, Codec("opus", 48000, 2, "useinbandfec=1"), ("nack",)),)
    lines = [f"{each.name}:{each.value}" for each in attributes_for(formats)]
    assert lines == ["rtpmap:96 opus/48000/2", "fmtp:96 useinbandfec=1", "rtcp-fb:96 nack"]


# RTCP and packets


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a=x", Endpoint("10.0.0.1", 4001)),
        ("a=rtcp:53020", Endpoint("10.0.0.1", 53020)),
        ("a=rtcp:53020 IN IP4 126.16.64.4", Endpoint("126.16.64.4", 53020)),
        ("a=rtcp:53020 IN IP6 2001:DB8::1", Endpoint("2001:db8::1", 53020)),
        ("a=rtcp:0", None),
    ],
)
def test_rtcp_goes_where_it_is_wanted(line: str, expected: Endpoint | None) -> None:
    assert rtcp_endpoint_of(*described(line)) == expected


@pytest.mark.parametrize(
    "value", ["", "x", "65536", "1 IN", "1 IN IP4", "1 IN IP4 1.2.3.4 x", "1 IN IP4 999.1.1.1"]
)
def test_unreadable_rtcp_gets_400(value: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        rtcp_endpoint_of(*described(f"a=rtcp:{value}"))
    assert caught.value.status == 400


def test_rtcp_line_is_written() -> None:
    assert rtcp_attribute(5).value == "5"
    assert rtcp_attribute(5, "::1").value == "5 IN IP6 ::1"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a=ptime:30"], (30, None)),
        (["a=ptime:30", "a=maxptime:20"], (20, 20)),
        (["a=ptime:20.5"], (20, None)),
        (["a=ptime:0", "a=maxptime:-1"], (None, None)),
        (["a=ptime:9999999999"], (None, None)),
    ],
)
def test_packet_length_is_a_wish(lines: list[str], expected: tuple[int | None, int | None]) -> None:
    _, media = described(*lines)
    assert (packet_ms(media), longest_packet_ms(media)) == expected


# SDES


KEY = base64.b64encode(bytes(range(30))).decode()
SHORT = base64.b64encode(bytes(29)).decode()
SUITE = "AES_CM_128_HMAC_SHA1_80"


def test_key_is_read() -> None:
    _, media = described(
        f"a=crypto:1 {SUITE} inline:{KEY}|2^20|1:4 WSH=128",
        f"a=crypto:2 AES_256_CM_HMAC_SHA1_80 inline:{base64.b64encode(bytes(46)).decode()}|1000",
        f"a=crypto:3 AEAD_AES_256_GCM inline:{base64.b64encode(bytes(44)).decode()}",
    )
    first, second, third = cryptos_of(media)
    assert first == Crypto(1, SUITE, (Key(bytes(range(30)), 2**20, b"\0\0\0\1"),), 128)
    assert (second.keys[0].lifetime, third.suite) == (1000, "AEAD_AES_256_GCM")
    written = [each.attribute.value for each in (first, second, third)]
    assert written == media.values("crypto")


@pytest.mark.parametrize(
    "line",
    [
        f"1 {SUITE} inline:{SHORT}",
        f"1 {SUITE} inline:{KEY}x",
        f"1 {SUITE} inline:%%%",
        f"1 {SUITE} inline:",
        f"1 {SUITE} base:{KEY}",
        f"1 NULL_SUITE inline:{KEY}",
        f"01 {SUITE} inline:{KEY}",
        f"1234567890 {SUITE} inline:{KEY}",
        f"x {SUITE} inline:{KEY}",
        f"1 {SUITE}",
        "",
        f"1 {SUITE} inline:{KEY}|2^49",
        f"1 {SUITE} inline:{KEY}|0",
        f"1 {SUITE} inline:{KEY}|2^20|1:0",
        f"1 {SUITE} inline:{KEY}|2^20|256:1",
        f"1 {SUITE} inline:{KEY}|2^20|1:129",
        f"1 {SUITE} inline:{KEY}|1:1|2^20",
        f"1 {SUITE} inline:{KEY}|2^20|1:1|x",
        f"1 {SUITE} inline:{KEY};inline:{KEY}",
        f"1 {SUITE} inline:{KEY}|2^20|1:1;inline:{KEY}|2^20|1:1",
        f"1 {SUITE} inline:{KEY} UNENCRYPTED_SRTP",
        f"1 {SUITE} inline:{KEY} KDR=5",
        f"1 {SUITE} inline:{KEY} WSH=x",
    ],
)
def test_unusable_key_is_as_if_absent(line: str) -> None:
    _, media = described(f"a=crypto:{line}", f"a=crypto:7 {SUITE} inline:{KEY}")
    assert [each.tag for each in cryptos_of(media)] == [7]


def test_several_keys_are_told_apart_by_their_identifiers() -> None:
    _, media = described(f"a=crypto:1 {SUITE} inline:{KEY}|2^20|1:1;inline:{KEY}|2^20|2:1 -NEW")
    assert [key.mki for key in cryptos_of(media)[0].keys] == [b"\1", b"\2"]


def test_repeated_tag_gets_488() -> None:
    _, media = described(*[f"a=crypto:1 {SUITE} inline:{KEY}"] * 2)
    with pytest.raises(RemoteProtocolError) as caught:
        cryptos_of(media)
    assert caught.value.status == 488


def test_keys_reach_no_log() -> None:
    crypto = new_crypto(1, SUITE, lambda count: bytes(range(count)))
    assert KEY not in repr(crypto)
    assert repr(bytes(range(30)))[2:-1] not in repr(crypto)
    line = f"a=crypto:{crypto.attribute.value}"
    assert KEY in line
    assert KEY not in masked(line)


@given(st.sampled_from(sorted(SUITES)), st.integers(0, 999999999))
def test_new_keys_are_read_again(suite: str, tag: int) -> None:
    crypto = new_crypto(tag, suite, lambda count: bytes(count))
    _, media = described(f"a=crypto:{crypto.attribute.value}")
    assert cryptos_of(media) == (crypto,)


# DTLS


PRINT = ":".join(["4A"] * 32)


def test_fingerprint_and_setup_are_inherited() -> None:
    session = f"a=fingerprint:sha-256 {PRINT}\r\na=setup:actpass\r\n"
    found = dtls_of(*described("a=tls-id:abc", session=session))
    assert found is not None
    assert (found.setup, found.tls_id) == (Setup.ACTPASS, "abc")
    assert found.fingerprints == (Fingerprint("sha-256", bytes([0x4A]) * 32),)
    assert found.fingerprints[0].attribute.value == f"sha-256 {PRINT}"
    assert found.fingerprints[0].matches(bytes([0x4A]) * 32)
    assert not found.fingerprints[0].matches(bytes(32))


@pytest.mark.parametrize(
    "value", ["sha-256 4A:4B", "md5 " + ":".join(["4A"] * 16), "sha-256", "", "sha-256 " + "4" * 64]
)
def test_weak_or_broken_fingerprint_is_as_if_absent(value: str) -> None:
    assert dtls_of(*described(f"a=fingerprint:{value}", "a=setup:active")) is None


def test_unknown_setup_begins_nothing() -> None:
    assert dtls_of(*described(f"a=fingerprint:sha-256 {PRINT}", "a=setup:x")) is None


@pytest.mark.parametrize(
    ("offered", "wished", "answered"),
    [
        (Setup.ACTPASS, Setup.ACTPASS, Setup.ACTIVE),
        (Setup.ACTPASS, Setup.PASSIVE, Setup.PASSIVE),
        (Setup.ACTIVE, Setup.ACTIVE, Setup.PASSIVE),
        (Setup.PASSIVE, Setup.PASSIVE, Setup.ACTIVE),
        (Setup.HOLDCONN, Setup.ACTIVE, None),
    ],
)
def test_one_begins(offered: Setup, wished: Setup, answered: Setup | None) -> None:
    assert answering_setup(offered, wished) is answered


def test_roles_fit_or_fail() -> None:
    assert agreed_setup(Setup.ACTPASS, Setup.ACTIVE) is Setup.PASSIVE
    assert agreed_setup(Setup.ACTPASS, Setup.PASSIVE) is Setup.ACTIVE
    assert agreed_setup(Setup.ACTIVE, Setup.ACTIVE) is None
    assert agreed_setup(Setup.ACTPASS, Setup.ACTPASS) is None


# ICE


def test_ice_is_read() -> None:
    found = ice_of(
        *described(
            "a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ host",
            "a=candidate:2 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998",
            "a=candidate:3 1 TCP 5 2001:DB8::1 9 typ host tcptype active generation 0",
            "a=candidate:4 1 udp 5 4f6d.local 9 typ host",
            "a=candidate:5 1 udp 5 10.0.0.1 99999 typ host",
            "a=candidate:6 0 udp 5 10.0.0.1 9 typ host",
            "a=candidate:7 1 udp 5 10.0.0.1 9 host",
            "a=candidate:8 1 udp 5 10.0.0.1 9 typ host odd",
            "a=end-of-candidates",
            session="a=ice-lite\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
            "a=ice-options:trickle ice2\r\n",
        )
    )
    assert found is not None
    assert (found.user, found.password) == ("8hhY", "asd88fgpdd777uzjYhagZg")
    assert (found.lite, found.options, found.complete) == (True, ("trickle", "ice2"), True)
    assert [each.foundation for each in found.candidates] == ["1", "2", "3", "4"]
    assert found.candidates[1] == Candidate(
        "2", 1, "UDP", 1694498815, "192.0.2.3", 45664, "srflx", "10.0.1.1", 8998
    )
    assert found.candidates[2].extensions == (("tcptype", "active"), ("generation", "0"))
    assert found.password not in repr(found)


def test_candidates_are_written_as_read() -> None:
    line = "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998 generation 0"
    candidate = read_candidate(line)
    assert candidate is not None
    assert candidate.attribute.value == line


@pytest.mark.parametrize(
    ("user", "password"), [("abc", "a" * 22), ("abcd", "a" * 21), ("ab d", "a" * 22)]
)
def test_short_ice_credentials_get_400(user: str, password: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        ice_of(*described(f"a=ice-ufrag:{user}", f"a=ice-pwd:{password}"))
    assert caught.value.status == 400


def test_without_credentials_there_is_no_ice() -> None:
    assert ice_of(*described("a=candidate:1 1 UDP 1 10.0.1.1 8998 typ host")) is None


@given(st.text(max_size=60))
def test_any_candidate_is_read_or_left_out(text: str) -> None:
    read_candidate(text)
    read_candidate(f"1 1 UDP 1 10.0.0.1 9 typ host {text}")


# Fax


FAX = (
    "m=image 4000 UDPTL t38\r\na=T38FaxVersion:3\r\na=T38MaxBitRate:33600\r\n"
    "a=T38FaxRateManagement:transferredTCF\r\na=T38FaxMaxBuffer:1800\r\na=T38FaxMaxDatagram:400\r\n"
    "a=t38faxudpec:t38UDPFEC\r\na=T38FaxFillBitRemoval:0\r\na=T38FaxTranscodingMMR\r\n"
)


def test_fax_is_read() -> None:
    fax = fax_of(read((HEAD + FAX).encode()).media[0])
    assert fax == Fax(
        version=3,
        bit_rate=33600,
        error_correction="t38UDPFEC",
        buffer=1800,
        datagram=400,
        transcoding_mmr=True,
    )


def test_fax_with_nonsense_has_defaults() -> None:
    body = HEAD + "m=image 4000 udptl t38\r\na=T38FaxVersion:x\r\na=T38MaxBitRate:99999999999\r\n"
    assert fax_of(read(body.encode()).media[0]) == Fax()
    assert fax_of(described()[1]) is None


def test_fax_answer_does_no_more_than_both_can() -> None:
    offered = Fax(version=3, bit_rate=33600, error_correction="t38UDPFEC", transcoding_mmr=True)
    assert answering_fax(offered, Fax(datagram=300, fill_bit_removal=True)) == Fax(
        bit_rate=14400, error_correction="t38UDPRedundancy", datagram=300
    )


def test_fax_lines_are_written() -> None:
    lines = Fax(buffer=1, datagram=2, fill_bit_removal=True).attributes
    assert [f"{x.name}:{x.value}" if x.value is not None else x.name for x in lines] == [
        "T38FaxVersion:0",
        "T38MaxBitRate:14400",
        "T38FaxFillBitRemoval",
        "T38FaxRateManagement:transferredTCF",
        "T38FaxMaxBuffer:1",
        "T38FaxMaxDatagram:2",
        "T38FaxUdpEC:t38UDPRedundancy",
    ]
