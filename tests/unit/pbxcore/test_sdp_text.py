"""Session descriptions between bytes and values: tolerant in, strict out."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.sdp.description import (
    Attribute,
    Bandwidth,
    Connection,
    Line,
    Media,
    Origin,
    SessionDescription,
)
from pbxcore.sip.sdp.reader import LARGEST_DESCRIPTION, MOST_LINES, MOST_MEDIA, read
from pbxcore.sip.sdp.writer import write

WHOLE = (
    b"v=0\r\n"
    b"o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n"
    b"s=Call to John Smith\r\n"
    b"i=SDP Offer #1\r\n"
    b"u=http://www.jdoe.example.com/home.html\r\n"
    b"e=Jane Doe <jane@jdoe.example.com>\r\n"
    b"p=+1 617 555-6011\r\n"
    b"c=IN IP4 198.51.100.1\r\n"
    b"b=CT:128\r\n"
    b"t=3724394400 3724398000\r\n"
    b"r=7d 1h 0 25h\r\n"
    b"t=3724484400 3724488000\r\n"
    b"a=sendonly\r\n"
    b"a=tool:x 1\r\n"
    b"m=audio 49170 RTP/AVP 0\r\n"
    b"m=audio 49180/2 RTP/AVP 0 8\r\n"
    b"i=second\r\n"
    b"c=IN IP4 224.2.1.1/127/2\r\n"
    b"b=AS:64\r\n"
    b"a=ptime:20\r\n"
    b"m=video 51372 RTP/AVP 99\r\n"
    b"c=IN IP6 2001:db8::2\r\n"
    b"a=rtpmap:99 h263-1998/90000\r\n"
)


def test_what_is_in_order_is_written_as_it_was_read() -> None:
    assert write(read(WHOLE)) == WHOLE


def test_fields_are_understood() -> None:
    found = read(WHOLE)
    assert found.origin == Origin("jdoe", 3724394400, 3724394405, "198.51.100.1")
    assert (found.name, found.connection) == ("Call to John Smith", Connection("198.51.100.1"))
    audio, multicast, video = found.media
    assert (audio.kind, audio.port, audio.profile, audio.formats) == (
        "audio",
        49170,
        "RTP/AVP",
        ("0",),
    )
    assert (multicast.ports, multicast.connections) == (2, (Connection("224.2.1.1", "127/2"),))
    assert multicast.bandwidths == (Bandwidth("AS", 64),)
    assert found.connection_of(audio) == Connection("198.51.100.1")
    assert found.connection_of(video) == Connection("2001:db8::2")


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b"\r\n\r\n"])
def test_any_line_end_is_read(end: bytes) -> None:
    assert read(WHOLE.replace(b"\r\n", end)) == read(WHOLE)


def test_missing_name_and_time_are_written() -> None:
    found = read(b"v=0\no=- 1 1 IN IP4 10.0.0.1\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 0")
    assert write(found) == (
        b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
        b"m=audio 4000 RTP/AVP 0\r\n"
    )


def test_odd_order_is_put_right() -> None:
    shuffled = (
        b"a=tool:x\r\nb=CT:1\r\ns=y\r\nc=IN IP4 10.0.0.1\r\no=- 1 1 IN IP4 10.0.0.1\r\nv=0\r\n"
        b"m=audio 4000 RTP/AVP 0\r\na=ptime:20\r\nt=5 6\r\nb=AS:2\r\nc=IN IP4 10.0.0.2\r\n"
    )
    assert write(read(shuffled)) == (
        b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=y\r\nc=IN IP4 10.0.0.1\r\nb=CT:1\r\nt=5 6\r\n"
        b"a=tool:x\r\n"
        b"m=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\nb=AS:2\r\na=ptime:20\r\n"
    )


def test_unknown_lines_and_attributes_are_kept_in_order() -> None:
    found = read(
        b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\na=x-b:2\r\na=x-a\r\n"
        b"y=one\r\nx=two\r\nm=audio 4 RTP/AVP 0\r\na=z:\r\na=z\r\n"
    )
    assert found.lines[-2:] == (Line("y", "one"), Line("x", "two"))
    assert found.attributes == (Attribute("x-b", "2"), Attribute("x-a"))
    assert found.media[0].attributes == (Attribute("z", ""), Attribute("z"))
    assert b"a=x-a\r\ny=one\r\nx=two\r\nm=" in write(found)


def test_bytes_that_are_no_utf8_pass_unchanged() -> None:
    body = WHOLE.replace(b"John Smith", b"J\xfcrgen")
    assert write(read(body)) == body


def test_ipv6_is_written_short_and_of_its_type() -> None:
    found = read(
        b"v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP4 [2001:DB8:0:0::1]\r\nt=0 0\r\n"
    )
    assert found.connection == Connection("2001:db8::1")
    assert b"c=IN IP6 2001:db8::1\r\n" in write(found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"v=0\r\n", b""),
        (b"v=0", b"v=0\r\nv=0"),
        (b"o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n", b""),
        (b"o=jdoe 3724394400 3724394405", b"o=1"),
        (b"3724394405", b"new"),
        (b"3724394405", "٣".encode()),
        (b"c=IN IP4 198.51.100.1", b"c=IN IP4"),
        (b"c=IN IP4 198.51.100.1", b"c=IN IP4 198.51.100.256"),
        (b"c=IN IP4 198.51.100.1", b"c=IN IP4 <script>"),
        (b"/127/2", b"/x"),
        (b"m=video 51372", b"m=video 65536"),
        (b"m=video 51372", b"m=video -1"),
        (b"m=video 51372", b"m=video"),
        (b"m=video 51372 RTP/AVP 99", b"m="),
        (b"b=AS:64", b"b=64"),
        (b"a=ptime:20", b"ptime:20"),
        (b"a=ptime:20", b"1=2"),
        (b"a=ptime:20", b"a=\0"),
    ],
)
def test_broken_description_gets_400(old: bytes, new: bytes) -> None:
    assert old in WHOLE
    with pytest.raises(RemoteProtocolError) as caught:
        read(WHOLE.replace(old, new))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"hello", b"\xff\xfe", b"=", b"v", b"v=0\r\nm=\r\n"]
)
def test_what_is_no_description_gets_400(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        read(body)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"v=0", b"v=1"), (b"c=IN IP4", b"c=ATM NSAP"), (b"4405 IN IP4", b"4405 ATM NSAP")],
)
def test_what_we_cannot_speak_gets_488(old: bytes, new: bytes) -> None:
    assert old in WHOLE
    with pytest.raises(RemoteProtocolError) as caught:
        read(WHOLE.replace(old, new))
    assert caught.value.status == 488


@pytest.mark.parametrize(
    "extra",
    [
        b"a=x:" + b"y" * LARGEST_DESCRIPTION,
        b"a=x\r\n" * MOST_LINES,
        b"m=audio 1 RTP/AVP 0\r\n" * MOST_MEDIA,
    ],
)
def test_what_is_too_much_gets_413(extra: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        read(WHOLE + extra)
    assert caught.value.status == 413


ORIGIN = Origin("-", 1, 1, "10.0.0.1")


@pytest.mark.parametrize(
    "description",
    [
        SessionDescription(origin=ORIGIN, name="a\r\nm=audio 1 RTP/AVP 0"),
        SessionDescription(origin=Origin("a b", 1, 1, "10.0.0.1")),
        SessionDescription(origin=ORIGIN, connection=Connection("10.0.0.1 ")),
        SessionDescription(origin=ORIGIN, attributes=(Attribute("a:b", "c"),)),
        SessionDescription(origin=ORIGIN, attributes=(Attribute("a", "c\n"),)),
        SessionDescription(origin=ORIGIN, lines=(Line("a", "x"),)),
        SessionDescription(origin=ORIGIN, lines=(Line("ab", "x"),)),
        SessionDescription(
            origin=ORIGIN, media=(Media(kind="audio", port=1, profile="RTP/AVP", formats=()),)
        ),
        SessionDescription(
            origin=ORIGIN, media=(Media(kind="audio", port=-1, profile="RTP/AVP", formats=("0",)),)
        ),
    ],
)
def test_writer_refuses_what_no_line_may_hold(description: SessionDescription) -> None:
    with pytest.raises(LocalProtocolError):
        write(description)


def read_or_refused(body: bytes) -> SessionDescription | int:
    """What a description says, or the status of its refusal; anything else fails the test."""
    try:
        return read(body)
    except RemoteProtocolError as error:
        return error.status


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for body in (noise, WHOLE + noise, noise + WHOLE):
        found = read_or_refused(body)
        assert isinstance(found, SessionDescription) or found in {400, 413, 488}


@given(st.data())
def test_damaged_descriptions_are_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                body[at] = data.draw(st.integers(0, 255))
            case 1:
                del body[at : at + data.draw(st.integers(1, 20))]
            case _:
                body[at:at] = data.draw(st.binary(max_size=5))
    found = read_or_refused(bytes(body))
    if not isinstance(found, SessionDescription):
        assert found in {400, 413, 488}
        return
    try:
        once = write(found)
    except LocalProtocolError:
        return  # read with tolerance, and has no strict form
    assert write(read(once)) == once


TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=12
)
TOKEN = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=8)
ADDRESS = st.one_of(st.ip_addresses().map(str), st.just("media.example.com"))
ATTRIBUTES = st.lists(st.builds(Attribute, TOKEN, st.none() | TEXT), max_size=5).map(tuple)
BANDWIDTHS = st.lists(st.builds(Bandwidth, TOKEN, st.integers(0, 10**9)), max_size=2).map(tuple)
MEDIA = st.builds(
    Media,
    kind=st.sampled_from(["audio", "video", "image", "message"]),
    port=st.integers(0, 65535),
    profile=st.sampled_from(["RTP/AVP", "UDP/TLS/RTP/SAVPF", "udptl"]),
    formats=st.lists(TOKEN, min_size=1, max_size=4).map(tuple),
    connections=st.lists(st.builds(Connection, ADDRESS), max_size=2).map(tuple),
    bandwidths=BANDWIDTHS,
    lines=st.lists(st.builds(Line, st.sampled_from("ikxy"), TEXT), max_size=2)
    .map(lambda lines: sorted(lines, key=lambda line: line.letter))
    .map(tuple),
    attributes=ATTRIBUTES,
)
DESCRIPTION = st.builds(
    SessionDescription,
    origin=st.builds(Origin, TOKEN, st.integers(0, 2**63), st.integers(0, 2**63), ADDRESS),
    name=TEXT,
    connection=st.none() | st.builds(Connection, ADDRESS),
    bandwidths=BANDWIDTHS,
    lines=st.just((Line("i", "x"), Line("t", "0 0"))),
    attributes=ATTRIBUTES,
    media=st.lists(MEDIA, max_size=3).map(tuple),
)


@given(DESCRIPTION)
def test_what_is_written_is_read_again(description: SessionDescription) -> None:
    assert read(write(description)) == description


def test_descriptions_are_values() -> None:
    found = read(WHOLE)
    assert found == read(WHOLE)
    assert hash(found) == hash(read(WHOLE))
    assert msgspec.structs.replace(found, name="x") != found
