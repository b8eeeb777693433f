"""URIs: reading, comparing, writing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.telephone import number_of, to_sip, to_tel
from pbxcore.sip.uri import (
    SipUri,
    TelUri,
    escaped_user,
    parse_uri,
    uri_headers,
    write_uri_headers,
)


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


@pytest.mark.parametrize(
    "value",
    [
        b"sip:alice@atlanta.com",
        b"sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?subject=a%20b&priority=urgent",
        b"sip:user;par=u%40example.net@example.com",
        b"sip:%00@host",
        b"sip:+1-201-555-0123;ext=5@pbx.test;user=phone",
        b"tel:+12015550123",
        b"tel:*43;phone-context=pbx.test",
        b"tel:7042;isub=12;ext=33;phone-context=+1555;aaa;zeta=1",
    ],
)
def test_uri_is_written_as_it_was_read(value: bytes) -> None:
    assert parse_uri(value).encode() == value


def test_what_must_be_escaped_is_escaped() -> None:
    uri = SipUri(False, b'a "b"@c', b"h", parameters={b"x;y": b"1=2", b"lr": b""})
    assert uri.encode() == b"sip:a%20%22b%22%40c@h;x%3By=1%3D2;lr"
    assert parse_uri(uri.encode()) == uri
    headers = write_uri_headers([(b"Replaces", b"c1@h;to-tag=1;from-tag=2"), (b"x", b"")])
    assert headers == b"Replaces=c1%40h%3Bto-tag%3D1%3Bfrom-tag%3D2&x="
    assert uri_headers(headers) == [(b"replaces", b"c1@h;to-tag=1;from-tag=2"), (b"x", b"")]


@pytest.mark.parametrize(
    "uri",
    [
        SipUri(False, b"a", b"h h"),
        SipUri(False, b"a", b""),
        SipUri(False, b"a", b"h", headers=b"a b"),
        SipUri(False, b"a", b"h", password=b"\r\n"),
        TelUri(b""),
        TelUri(b"+1 2"),
        TelUri(b"+1", {b"": b"1"}),
    ],
)
def test_writer_refuses_what_is_no_uri(uri: SipUri | TelUri) -> None:
    with pytest.raises(LocalProtocolError):
        uri.encode()


def test_tel_parameters_are_ordered_and_compared() -> None:
    one = parse_uri(b"tel:7042;zeta;phone-context=+1-555;ext=3.3;isub=12")
    other = parse_uri(b"tel:70-42;isub=12;ext=33;phone-context=+1555;ZETA")
    assert isinstance(one, TelUri)
    assert isinstance(other, TelUri)
    assert one.same_as(other)
    assert not one.same_as(TelUri(b"7042"))
    assert one.encode() == b"tel:7042;isub=12;ext=3.3;phone-context=+1-555;zeta"
    assert not one.is_global
    assert TelUri(b"+1").is_global


def test_tel_becomes_sip_and_sip_becomes_tel() -> None:
    tel = parse_uri(b"tel:+1-212-555-1212;ext=22")
    assert isinstance(tel, TelUri)
    uri = to_sip(tel, b"pbx.test")
    assert uri.encode() == b"sip:+12125551212;ext=22@pbx.test;user=phone"
    assert to_tel(uri) == TelUri(b"+12125551212", {b"ext": b"22"})
    assert to_tel(sip(b"sip:+1@pbx.test")) is None
    assert to_tel(sip(b"sip:bob@pbx.test;user=phone")) is None
    assert to_tel(sip(b"sip:pbx.test;user=phone")) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"tel:+1-201-555-0123", b"+12015550123"),
        (b"sip:+1-201-555-0123@h;user=phone", b"+12015550123"),
        (b"sip:201-555;phone-context=+1@h;user=phone", b"201555"),
        (b"sip:+1(201)555.0123@h", b"+12015550123"),
        (b"sip:+12015550123;npdi;rn=+12015550199@h", b"+12015550123"),
        (b"sip:2015550123;npdi=yes@h", b"2015550123"),
        (b"sip:%2A43@h", b"*43"),
        (b"sip:bob;x=y@h", b"bob;x=y"),
        (b"sip:1000@h", b"1000"),
        (b"sip:a-b@h", b"a-b"),
        (b"sip:+@h", b"+"),
        (b"sip:h", None),
    ],
)
def test_number_that_is_dialled(value: bytes, number: bytes | None) -> None:
    assert number_of(parse_uri(value)) == number


def test_one_colon_too_many_is_forgiven() -> None:
    assert sip(b"sip:user@[2001:db8:::192.0.2.1]").host == b"[2001:db8::192.0.2.1]"


@given(
    st.builds(
        SipUri,
        st.booleans(),
        st.none() | st.binary(min_size=1, max_size=8),
        st.sampled_from([b"h", b"a.b-c.test", b"[::1]"]),
        st.none() | st.integers(1, 65535),
        parameters=st.dictionaries(
            st.binary(min_size=1, max_size=5).map(bytes.lower), st.binary(max_size=5), max_size=3
        ),
        headers=st.lists(st.tuples(st.binary(min_size=1, max_size=4), st.binary(max_size=4))).map(
            write_uri_headers
        ),
    )
)
def test_any_uri_survives_writing(uri: SipUri) -> None:
    assert parse_uri(uri.encode()) == uri
