"""Headers that describe a call, a body or a peer, and that decide nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.headers.accept import read_accept, read_encodings, read_languages
from pbxcore.sip.headers.content import (
    MediaType,
    read_content_encodings,
    read_content_languages,
    read_mime_version,
)
from pbxcore.sip.headers.dates import Timestamp, parse_timestamp, read_timestamp
from pbxcore.sip.headers.expiry import read_flow_timer
from pbxcore.sip.headers.feature_caps import read_feature_caps
from pbxcore.sip.headers.preferences import parse_answer_mode
from pbxcore.sip.headers.products import Product, parse_products, read_products
from pbxcore.sip.headers.replies import read_in_reply_to, read_reply_to
from pbxcore.sip.headers.texts import read_organization, read_subject
from pbxcore.sip.headers.tokens import read_priority
from pbxcore.sip.message import Request, parse

if TYPE_CHECKING:
    from collections.abc import Callable


def request(*lines: bytes) -> Request:
    found = parse(b"\r\n".join((b"INVITE sip:a@b SIP/2.0", *lines, b"", b"")))
    assert isinstance(found, Request)
    return found


def test_types_and_encodings_are_taken_the_best_first() -> None:
    message = request(b"Accept: text/*;q=0.5, application/sdp;level=1, a/b;q=0", b"Accept:")
    assert read_accept(message) == (
        MediaType(b"application/sdp", {b"level": b"1"}),
        MediaType(b"text/*", {b"q": b"0.5"}),
    )
    assert read_accept(request(b"Accept:")) == read_accept(request(b"Accept: x")) == ()
    assert read_accept(request()) is None
    assert read_encodings(request(b"Accept-Encoding: br;q=0.1, GZIP")) == (b"gzip", b"br")
    unsaid = (b"identity",)
    assert read_encodings(request()) == read_encodings(request(b"Accept-Encoding:")) == unsaid


def test_languages_are_read_the_best_first() -> None:
    message = request(b"Accept-Language: da;q=0.5, en-GB;q=0.8, EN;q=0.8, fr;q=0, de, *;q=x")
    assert read_languages(message) == (b"de", b"*", b"en-gb", b"en", b"da")
    assert read_languages(request()) == read_languages(request(b'Accept-Language: ,"')) == ()


def test_bodies_are_described() -> None:
    message = request(
        b"e: GZIP, br", b"Content-Language: en-GB, Fr", b"MIME-Version: 1.0", b"Subject: Lunch"
    )
    assert read_content_encodings(message) == (b"gzip", b"br")
    assert read_content_languages(message) == (b"en-gb", b"fr")
    assert read_mime_version(message) == (1, 0)
    assert read_content_encodings(request()) == read_content_languages(request()) == ()
    assert read_mime_version(request()) is read_mime_version(request(b"MIME-Version: 1")) is None
    with pytest.raises(RemoteProtocolError):
        read_content_encodings(request(b'Content-Encoding: ,"gzip'))


def test_calls_are_described() -> None:
    message = request(
        b"s: K\xc3\xbcche, Bad",
        b"Organization: Boxes by Bob",
        b"Priority: Non-Urgent",
        b'Reply-To: "Bob" <sip:bob@b>;x=y',
        b"In-Reply-To: 70710@saturn.test, a;b, 17320@saturn.test",
    )
    assert (read_subject(message), read_organization(message)) == ("Küche, Bad", "Boxes by Bob")
    assert read_priority(message) == b"non-urgent"
    reply_to = read_reply_to(message)
    assert reply_to is not None
    assert (reply_to.display_name, reply_to.uri) == (b"Bob", b"sip:bob@b")
    assert read_in_reply_to(message) == (b"70710@saturn.test", b"17320@saturn.test")


def test_what_a_call_does_not_say_is_nothing() -> None:
    message = request(b"Reply-To: <open", b"Priority: very urgent", b'In-Reply-To: "a,b')
    for each in (request(), message):
        assert read_reply_to(each) is read_priority(each) is None
        assert read_in_reply_to(each) == ()
        assert read_subject(each) == read_organization(each) == ""


@pytest.mark.parametrize(
    ("value", "products"),
    [
        (b"HomeServer v2", [Product(b"HomeServer"), Product(b"v2")]),
        (
            b"baresip / 3.5 (x86_64 (Linux\\)/5)) re/2",
            [Product(b"baresip", b"3.5"), Product(b"re", b"2")],
        ),
        (b"Cisco/@x a/b/c FPBX-14(13.19.1)", [Product(b"FPBX-14")]),
        (b"a (open b/1", [Product(b"a")]),
        (b"", []),
    ],
)
def test_products_are_read_without_comments(value: bytes, products: list[Product]) -> None:
    message = request(b"User-Agent: " + value)
    assert list(read_products(message, b"user-agent")) == products


def test_product_is_written_strictly() -> None:
    assert Product(b"Engage", b"1.2").encode() == b"Engage/1.2"
    for broken in (Product(b"a b"), Product(b"a", b""), Product(b"a", b"1\r\n")):
        with pytest.raises(LocalProtocolError):
            broken.encode()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"54", Timestamp(Decimal(54))),
        (b"1732700000.123456 0.21", Timestamp(Decimal("1732700000.123456"), Decimal("0.21"))),
        (b"5. .5", Timestamp(Decimal(5), Decimal("0.5"))),
        (b"5 .", None),
        (b".5", None),
        (b"-1", None),
        (b"9" * 40, None),
    ],
)
def test_timestamp_is_exact(value: bytes, found: Timestamp | None) -> None:
    assert read_timestamp(request(b"Timestamp: " + value)) == found
    assert read_timestamp(request()) is None


def test_what_proxies_and_registrars_say_is_read() -> None:
    message = request(
        b'Feature-Caps: *;+sip.pns="apns", *;+sip.pnsreg="120";+x, y;+z', b"Flow-Timer: 120"
    )
    assert read_feature_caps(message) == [
        {b"+sip.pns": b"apns"},
        {b"+sip.pnsreg": b"120", b"+x": None},
    ]
    assert read_feature_caps(request(b'Feature-Caps: *;a=","x"')) == []
    assert read_flow_timer(message) == 120
    assert read_flow_timer(request()) is None


PIECES = st.sampled_from(
    b'a/b|gzip|;q=0|;q=0.5|,|*|"|(|)|\\|/|Auto|;require|54|.|1.0|<|>|sip:a@b|;| |\t|\r\n|\xff|\0|'
    b"*;+sip.pns=|a@b".split(b"|")
)
NOISE = st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join)
READERS: dict[str, Callable[[bytes], Any]] = {
    "timestamp": parse_timestamp,
    "answer mode": parse_answer_mode,
}


@pytest.mark.parametrize("name", READERS)
@given(value=NOISE)
def test_what_is_read_from_noise_is_written_as_a_header_that_reads_the_same(
    name: str, value: bytes
) -> None:
    found = READERS[name](value)
    assert found is None or READERS[name](found.encode()) == found


@given(value=NOISE)
def test_products_of_noise_can_be_written(value: bytes) -> None:
    found = parse_products(value)
    assert parse_products(b" ".join(each.encode() for each in found)) == found


@given(value=NOISE)
def test_no_noise_is_refused(value: bytes) -> None:
    value = value.replace(b"\r", b"").replace(b"\n", b"")
    names = b"Accept Accept-Encoding Accept-Language Content-Language MIME-Version Subject"
    more = b"Organization Priority Reply-To In-Reply-To Server Timestamp Feature-Caps Flow-Timer"
    message = request(*(b"%b: %b" % (each, value) for each in (names + b" " + more).split()))
    for read in (
        *(read_accept, read_encodings, read_languages, read_content_languages, read_mime_version),
        *(read_subject, read_organization, read_priority, read_reply_to, read_in_reply_to),
        *(read_timestamp, read_feature_caps, read_flow_timer),
    ):
        read(message)
    read_products(message, b"server")
