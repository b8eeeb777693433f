"""Bodies of several parts: read with tolerance, chosen from, written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.checks import cut_body
from pbxcore.sip.headers.content import MediaType
from pbxcore.sip.message import Request, parse
from pbxcore.sip.multipart import (
    DEEPEST,
    MOST_PARTS,
    Part,
    chosen,
    read_bodies,
    read_parts,
    write_multipart,
)
from tests.support.torture import vector

if TYPE_CHECKING:
    from collections.abc import Callable

MIXED = MediaType(b"multipart/mixed", {b"boundary": b'"b 1"'})
SDP, RENDERED = b"application/sdp", b"application/x-card"


def request(content_type: bytes, body: bytes, *lines: bytes) -> Request:
    head = b"\r\n".join((b"INVITE sip:a@b SIP/2.0", b"Content-Type: " + content_type, *lines))
    found = parse(head + b"\r\n\r\n" + body)
    assert isinstance(found, Request)
    return found


def counted() -> Callable[[int], bytes]:
    numbers = iter(range(100))
    return lambda length: bytes((next(numbers),)) * length


def test_binary_part_keeps_its_octets() -> None:
    message = parse(vector("mpart01"))
    assert isinstance(message, Request)
    cut_body(message)
    text, signature = read_bodies(message)
    assert (text.media_type.name, text.body) == (b"text/plain", b"Hello")
    assert signature.media_type.name == b"application/octet-stream"
    assert (len(signature.body), signature.body[:4]) == (342, b"\x30\x82\x01\x52")
    assert b"\0" in signature.content


def test_preamble_and_epilogue_are_nothing() -> None:
    first, second = b"\r\n\r\none", b"\r\nA: b\r\n c\r\n\r\ntwo\r\n"
    body = b"before\r\n--b 1 \t%b\r\n--b 1%b\r\n--b 1--\r\n--b 1\r\n" % (first, second)
    assert read_parts(body, MIXED) == [Part(b"one"), Part(b"two\r\n", {b"a": b"b c"})]


def test_bare_line_feeds_and_a_missing_end_are_tolerated() -> None:
    body = b"--b 1\nContent-Type: text/plain\n\none\n--b 1\n\ntwo"
    assert [each.body for each in read_parts(body, MIXED)] == [b"one", b"two"]


def test_delimiter_inside_a_line_is_text() -> None:
    body = b"--b 1\r\n\r\nx --b 1\r\n--b 12\r\n--b 1--"
    assert [each.body for each in read_parts(body, MIXED)] == [b"x --b 1\r\n--b 12"]


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (MediaType(b"multipart/mixed"), b"--b\r\n\r\n--b--"),
        (MediaType(b"multipart/mixed", {b"boundary": b'"' + b"x" * 71 + b'"'}), b""),
        (MIXED, b""),
        (MIXED, b"--b 1--\r\n"),
        (MIXED, b"--b 1\r\nno head--b 1--"),
        (MIXED, b"--b 1\r\nno colon\r\n\r\nx\r\n--b 1--"),
    ],
)
def test_what_has_no_parts_is_refused(media_type: MediaType, body: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        read_parts(body, media_type)
    assert caught.value.status == 400


def test_parts_within_parts_are_found_and_limited() -> None:
    part = Part(b"x", {b"content-type": b"text/plain"})
    for _ in range(DEEPEST):
        media_type, body = write_multipart([part, part], counted())
        part = Part(body, {b"content-type": media_type.encode()})
    assert len(read_bodies(request(part.headers[b"content-type"], part.body))) == 2**DEEPEST
    media_type, body = write_multipart([part], counted())
    with pytest.raises(RemoteProtocolError) as caught:
        read_bodies(request(media_type.encode(), body))
    assert caught.value.status == 413
    media_type, body = write_multipart([Part(b"")] * (MOST_PARTS + 1), counted())
    with pytest.raises(RemoteProtocolError) as caught:
        read_bodies(request(media_type.encode(), body))
    assert caught.value.status == 413


def test_single_body_is_one_part_and_none_is_none() -> None:
    (part,) = read_bodies(request(SDP, b"v=0", b"Content-Disposition: session"))
    assert (part.media_type.name, part.disposition.name, part.body) == (SDP, b"session", b"v=0")
    assert read_bodies(request(SDP, b"")) == []


def test_of_alternatives_the_last_that_is_preferred_is_taken() -> None:
    types = (b"text/plain", SDP, b"text/html")
    parts = [Part(b"x", {b"content-type": each}) for each in types]
    media_type, body = write_multipart(parts, counted(), b"alternative")
    message = request(media_type.encode(), body)
    assert [each.media_type.name for each in read_bodies(message, types[:2])] == [SDP]
    assert [each.media_type.name for each in read_bodies(message)] == [b"text/plain"]


def test_what_must_be_understood_is_refused_and_the_optional_passed_over() -> None:
    sdp = Part(b"v=0", {b"content-type": SDP})
    card = {b"content-type": RENDERED, b"content-disposition": b"render;handling=optional"}
    assert chosen([sdp, Part(b"x", card)], [SDP]) == [sdp]
    with pytest.raises(RemoteProtocolError) as caught:
        chosen([sdp, Part(b"x", {b"content-type": RENDERED})], [SDP])
    assert (caught.value.status, caught.value.headers) == (415, (b"Accept: application/sdp",))
    with pytest.raises(RemoteProtocolError):
        chosen([Part(b"x", {b"content-type": SDP, b"content-encoding": b"gzip"})], [SDP])


def test_transfer_encodings_are_undone() -> None:
    name = b"content-transfer-encoding"
    assert Part(b"aGk=\r\n", {name: b"Base64"}).content == b"hi"
    assert Part(b"a=3Db", {name: b"quoted-printable"}).content == b"a=b"
    for encoding, status in ((b"base64", 400), (b"x-odd", 415)):
        with pytest.raises(RemoteProtocolError) as caught:
            _ = Part(b"!", {name: encoding}).content
        assert caught.value.status == status


def test_content_id_has_no_brackets() -> None:
    assert Part(b"", {b"content-id": b"<a@b>"}).content_id == b"a@b"
    assert Part(b"").content_id is None


def test_boundary_stands_in_no_part() -> None:
    taken = b"00" * 12
    media_type, body = write_multipart([Part(taken)], counted())
    assert media_type.parameter(b"boundary") == b"01" * 12
    assert read_parts(body, media_type) == [Part(taken)]


def test_writer_refuses_what_would_break_apart() -> None:
    for parts in ([], [Part(b"", {b"a": b"b\r\nc: d"})], [Part(b"", {b"a b": b"c"})]):
        with pytest.raises(LocalProtocolError):
            write_multipart(parts, counted())
    with pytest.raises(LocalProtocolError):
        write_multipart([Part(b"00" * 12)], lambda length: bytes(length))


HEADERS = st.dictionaries(
    st.sampled_from([b"content-id", b"content-type", b"x-a"]),
    st.sampled_from([b"text/plain", b"<a@b>", b"x;y=z"]),
)


@given(st.lists(st.builds(Part, st.binary(max_size=40), HEADERS), min_size=1, max_size=5))
def test_what_is_written_reads_the_same(parts: list[Part]) -> None:
    media_type, body = write_multipart(parts, counted())
    assert read_parts(body, media_type) == parts


@given(
    st.lists(
        st.sampled_from([b"--b", b"--", b"\r\n", b"\n", b":", b"a", b" ", b"Content-Type: "])
        | st.sampled_from([b"multipart/mixed;boundary=b", b"text/plain", b"application/sdp"]),
        max_size=30,
    ).map(b"".join)
)
def test_noise_raises_nothing_but_a_refusal(body: bytes) -> None:
    try:
        for part in chosen(read_bodies(request(b"multipart/mixed;boundary=b", body), [SDP]), [SDP]):
            assert isinstance(part.content, bytes)
    except RemoteProtocolError:
        return
