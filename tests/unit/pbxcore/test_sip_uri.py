"""URIs: reading, comparing, writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.uri import SipUri, TelUri, escaped_user, parse_uri


def sip(value: bytes) -> SipUri:
    found = parse_uri(value)
    assert isinstance(found, SipUri)
    return found


def test_all_parts_are_read() -> None:
    uri = sip(b"SIPS:al%69ce:pw@Pbx.Test:5061;transport=TCP;lr?subject=a%20b&x=y")
    assert (uri.secure, uri.user, uri.password) == (True, b"alice", b"pw")
    assert (uri.host, uri.port, uri.headers) == (b"pbx.test", 5061, b"subject=a%20b&x=y")
    assert uri.parameters == {b"transport": b"TCP", b"lr": b""}


def test_ipv6_host_keeps_its_brackets() -> None:
    uri = sip(b"sip:1000@[2001:DB8::1]:5070")
    assert (uri.host, uri.port) == (b"[2001:db8::1]", 5070)


def test_user_may_hold_semicolons_and_stars() -> None:
    assert sip(b"sip:user;par=u%40example.net@example.com").user == b"user;par=u@example.net"
    assert sip(b"sip:*43@pbx").user == b"*43"


@pytest.mark.parametrize(
    "value",
    [
        b"sip:",
        b"sip:@",
        b"sip:a b@c",
        b"sip:a@b:0",
        b"sip:a@b:70000",
        b"sip:a@-b-:",
        b"sip:%ZZ@b",
        b"sip:a@b;x=1;x=2",
        b"<sip:a@b>",
        b"tel:",
        b"1000",
    ],
)
def test_what_is_no_uri_is_refused(value: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        parse_uri(value)
    assert caught.value.status == 400


def test_unknown_scheme_is_told_apart() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        parse_uri(b"http://example.com")
    assert caught.value.status == 416


# The examples of RFC 3261 §19.1.4.
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            b"sip:%61lice@atlanta.com;transport=TCP",
            b"sip:alice@AtlanTa.CoM;Transport=tcp",
        ),
        (b"sip:carol@chicago.com", b"sip:carol@chicago.com;newparam=5"),
        (b"sip:carol@chicago.com;security=on", b"sip:carol@chicago.com;newparam=5"),
        (
            b"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            b"sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            b"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            b"sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
    ],
)
def test_equal_uris_are_equal(one: bytes, other: bytes) -> None:
    assert sip(one).same_as(sip(other))
    assert sip(other).same_as(sip(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"SIP:ALICE@AtLanTa.CoM;Transport=udp", b"sip:alice@AtLanTa.CoM;Transport=UDP"),
        (b"sip:bob@biloxi.com", b"sip:bob@biloxi.com:5060"),
        (b"sip:bob@biloxi.com", b"sip:bob@biloxi.com;transport=udp"),
        (b"sip:bob@biloxi.com", b"sip:bob@biloxi.com:6000;transport=tcp"),
        (b"sip:carol@chicago.com", b"sip:carol@chicago.com?Subject=next%20meeting"),
        (b"sip:bob@phone21.boxesbybob.com", b"sip:bob@192.0.2.4"),
        (b"sip:carol@chicago.com;security=on", b"sip:carol@chicago.com;security=off"),
    ],
)
def test_different_uris_differ(one: bytes, other: bytes) -> None:
    assert not sip(one).same_as(sip(other))


def test_tel_numbers_compare_without_their_separators() -> None:
    one, other = parse_uri(b"tel:+1-201-555-0123"), parse_uri(b"TEL:+1.201(555)0123")
    assert isinstance(one, TelUri)
    assert isinstance(other, TelUri)
    assert one.number == b"+12015550123"
    assert one.same_as(other)


@given(st.text(min_size=1, max_size=20))
def test_any_user_survives_escaping(user: str) -> None:
    uri = sip(b"sip:" + escaped_user(user) + b"@h")
    assert uri.user == user.encode("utf-8", "replace")


@given(st.binary(max_size=60).map(lambda each: b"sip:" + each) | st.binary(max_size=60))
def test_reading_anything_raises_nothing_but_a_refusal(value: bytes) -> None:
    try:
        found = parse_uri(value)
    except RemoteProtocolError:
        return
    assert found.same_as(found)  # type: ignore[arg-type]
