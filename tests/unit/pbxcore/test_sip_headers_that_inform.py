"""Headers that describe, limit and explain: what cannot be read in them is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.grammar import elements
from pbxcore.sip.headers.accept import accepts
from pbxcore.sip.headers.content import (
    MediaType,
    disposition_of,
    parse_disposition,
    parse_media_type,
    read_content_type,
    read_disposition,
    refuse_encoded,
)
from pbxcore.sip.headers.dates import encode_date, parse_date, read_date
from pbxcore.sip.headers.diversion import Diversion, read_diversions
from pbxcore.sip.headers.expiry import (
    parse_retry_after,
    read_expires,
    read_min_expires,
    read_retry_after,
)
from pbxcore.sip.headers.history_info import HistoryEntry, read_history
from pbxcore.sip.headers.preferences import (
    AnswerMode,
    read_answer_mode,
    read_directives,
)
from pbxcore.sip.headers.privacy import (
    ASSERTED,
    PREFERRED,
    encode_privacy,
    read_identities,
    read_privacy,
)
from pbxcore.sip.headers.reason import Reason, parse_reason, read_reasons
from pbxcore.sip.headers.resources import Resource, parse_resource, read_resources
from pbxcore.sip.headers.tokens import (
    allows,
    read_allow,
    read_allow_events,
    read_entity_tag,
    read_if_match,
    read_info_package,
    read_recv_info,
)
from pbxcore.sip.headers.warning import SipWarning, read_warnings
from pbxcore.sip.message import Request, parse

if TYPE_CHECKING:
    from collections.abc import Callable


def request(*lines: bytes) -> Request:
    found = parse(b"\r\n".join((b"INVITE sip:a@b SIP/2.0", *lines, b"", b"")))
    assert isinstance(found, Request)
    return found


def refused(read: Callable[..., object], *given: Any) -> int:
    with pytest.raises(RemoteProtocolError) as caught:
        read(*given)
    return caught.value.status


def test_expiry_is_read_and_malformed_ones_are_an_hour() -> None:
    assert read_expires(request()) is None
    assert read_expires(request(b"Expires: 60")) == 60
    assert read_expires(request(b"Expires: Thu, 01 Dec 1994 16:00:00 GMT")) == 3600
    assert read_expires(request(b"Expires: " + b"9" * 100)) == (1 << 32) - 1
    assert read_min_expires(request(b"Min-Expires: 120")) == 120
    assert read_min_expires(request(b"Min-Expires: soon")) is None


def test_retry_after_is_read_with_comment_and_duration() -> None:
    found = read_retry_after(request(b"Retry-After: 18000 (in a meeting);duration=3600"))
    assert found is not None
    assert (found.delay, found.duration) == (18000, 3600)
    assert found.encode() == b"18000;duration=3600"
    assert read_retry_after(request(b"Retry-After: later")) is None


def test_warnings_are_read_and_written() -> None:
    found = read_warnings(
        request(b'Warning: 307 isi.edu "Session \\"x\\"", 12 bad "x"', b'Warning: 399 a:5060 "y"')
    )
    assert found == [SipWarning(307, b"isi.edu", 'Session "x"'), SipWarning(399, b"a:5060", "y")]
    assert found[0].encode() == b'307 isi.edu "Session \\"x\\""'
    assert read_warnings(request(b'Warning: 307 isi.edu "open')) == []
    with pytest.raises(LocalProtocolError):
        SipWarning(30, b"a", "x").encode()


def test_date_is_read_in_gmt_alone() -> None:
    moment = datetime(2010, 11, 13, 23, 29, 0, tzinfo=UTC)
    assert read_date(request(b"Date: Sat, 13 Nov 2010 23:29:00 GMT")) == moment
    assert encode_date(moment) == b"Sat, 13 Nov 2010 23:29:00 GMT"
    assert encode_date(moment.astimezone(timezone(timedelta(hours=8)))) == encode_date(moment)
    for odd in (b"Fri, 01 Jan 2010 16:00:00 EST", b"Sun, 31 Feb 2010 16:00:00 GMT", b""):
        assert parse_date(odd) is None


def test_allowed_methods_are_known_or_not_told() -> None:
    assert read_allow(request()) is None
    message = request(b"Allow: INVITE, ACK", b"Allow:", b"Allow: UPDATE")
    assert read_allow(message) == (b"INVITE", b"ACK", b"UPDATE")
    assert allows(message, b"UPDATE")
    assert not allows(message, b"INFO")
    assert not allows(request(), b"INFO")
    assert read_allow_events(request(b"u: reg, dialog")) == (b"reg", b"dialog")


def test_publication_is_named_by_a_token() -> None:
    assert read_entity_tag(request(b"SIP-ETag: dx200xyz")) == b"dx200xyz"
    assert read_if_match(request(b"SIP-If-Match: dx200xyz")) == b"dx200xyz"
    assert read_if_match(request()) is None
    assert refused(read_if_match, request(b"SIP-If-Match: a b")) == 400
    assert refused(read_if_match, request(b"SIP-If-Match: a", b"SIP-If-Match: b")) == 400


def test_info_package_is_told_from_info_of_the_old_kind() -> None:
    assert read_info_package(request()) is None
    assert read_info_package(request(b"Info-Package: foo;x=y")) == b"foo"
    assert refused(read_info_package, request(b"Info-Package:")) == 400
    assert read_recv_info(request()) is None
    assert read_recv_info(request(b"Recv-Info:")) == frozenset()
    assert read_recv_info(request(b"Recv-Info: P, R;x")) == {b"p", b"r"}


def test_media_type_is_read_with_spaces_and_case() -> None:
    found = read_content_type(request(b'c: Text / Plain ; charset="UTF-8"'))
    assert found is not None
    assert (found.name, found.charset) == (b"text/plain", b"utf-8")
    assert found.encode() == b'text/plain;charset="UTF-8"'
    assert read_content_type(request()) is None
    assert refused(parse_media_type, b"text") == 400
    assert parse_media_type(b"multipart/mixed;boundary=x").parameter(b"boundary") == b"x"


def test_disposition_follows_the_type_when_unsaid() -> None:
    assert read_disposition(request(b"Content-Type: application/sdp")).name == b"session"
    assert read_disposition(request(b"Content-Type: text/plain")).name == b"render"
    told = read_disposition(request(b"Content-Disposition: icon ; handling=Optional"))
    assert (told.name, told.optional) == (b"icon", True)
    assert told.encode() == b"icon;handling=Optional"
    assert not disposition_of(b"session", None).optional
    assert refused(parse_disposition, b"a b") == 400


def test_compressed_body_is_refused() -> None:
    refuse_encoded(request(b"e: identity"))
    with pytest.raises(RemoteProtocolError) as caught:
        refuse_encoded(request(b"Content-Encoding: gzip"))
    assert caught.value.headers == (b"Accept-Encoding: identity",)


def test_accept_is_asked_for_types_and_ranges() -> None:
    pidf = b"application/pidf+xml"
    assert accepts(request(b"Accept: text/*, application/pidf+xml;q=0.5"), pidf)
    assert accepts(request(b"Accept: */*"), pidf)
    assert not accepts(request(b"Accept: application/sdp, application/pidf+xml;q=0.0"), pidf)
    assert not accepts(request(b"Accept:"), pidf, unsaid=[pidf])
    assert accepts(request(), pidf, unsaid=[pidf])
    assert not accepts(request(), pidf)
    assert not accepts(request(b"Accept: nonsense"), pidf)
    assert MediaType(b"text/html").matches(b"text/*")


def test_alert_info_is_read_however_phones_write_it() -> None:
    found = read_resources(
        request(
            b"Alert-Info: <urn:alert:source:internal>, <http://a/b,c>;info=x",
            b"Alert-Info: Ring Answer, ring-answer;answer-after=0",
        ),
        b"alert-info",
    )
    assert found[:2] == [
        Resource(b"urn:alert:source:internal"),
        Resource(b"http://a/b,c", {b"info": b"x"}),
    ]
    assert found[2].answer_after == 0
    assert found[1].encode() == b"<http://a/b,c>;info=x"
    assert parse_resource(b"<http://icon>;purpose=icon") == Resource(
        b"http://icon", {b"purpose": b"icon"}
    )
    assert read_resources(request(b"Call-Info: <open"), b"call-info") == []


def test_reasons_are_read_in_order() -> None:
    found = read_reasons(
        request(b'Reason: sip ;cause=200 ;text="Call completed elsewhere", Q.850;cause=26')
    )
    assert found == [
        Reason(b"SIP", 200, "Call completed elsewhere"),
        Reason(b"Q.850", 26),
    ]
    assert found[0].encode() == b'SIP;cause=200;text="Call completed elsewhere"'
    assert read_reasons(request(b'Reason: Q.850;cause="16"')) == [Reason(b"Q.850", 16)]
    assert read_reasons(request(b"Reason: ;cause=1")) == []
    assert read_reasons(request(b'Reason: "')) == []
    with pytest.raises(LocalProtocolError):
        Reason(b"a b").encode()


def test_privacy_is_read_with_semicolons_and_commas() -> None:
    assert read_privacy(request(b"Privacy: ID;critical, header")) == {
        *(b"id", b"critical", b"header"),
    }
    assert encode_privacy(frozenset((b"user", b"id"))) == b"id;user"


def test_identities_are_one_of_each_kind_sip_first() -> None:
    message = request(b'P-Asserted-Identity: <tel:+14085264000>, "Cullen" <sip:fluffy@cisco.com>')
    assert [each.uri for each in read_identities(message, ASSERTED)] == [
        b"sip:fluffy@cisco.com",
        b"tel:+14085264000",
    ]
    assert read_identities(message, PREFERRED) == ()


@pytest.mark.parametrize("value", [b"<sip:a@b>, <sip:c@d>", b"<http://a>", b'"open', b"<sip:%>"])
def test_malformed_identity_asserts_nothing(value: bytes) -> None:
    assert read_identities(request(b"P-Asserted-Identity: " + value), ASSERTED) == ()


def test_handling_and_answering_are_read() -> None:
    assert read_directives(request(b"d: no-fork, Queue")) == {b"no-fork", b"queue"}
    assert read_answer_mode(request(b"Answer-Mode: Auto ;require")) == AnswerMode(True, True)
    assert read_answer_mode(request(b"Answer-Mode: Manual")) == AnswerMode(False, False)
    assert AnswerMode(True, True).encode() == b"Auto;require"
    assert AnswerMode(False, False).encode() == b"Manual"
    assert read_answer_mode(request(b"Answer-Mode: Maybe")) is None
    assert read_answer_mode(request(b"Priv-Answer-Mode: Auto"), b"priv-answer-mode")


def test_list_of_too_many_is_refused() -> None:
    assert refused(elements, b"," * 60000) == 400
    assert len(elements(b",".join([b"a"] * 500))) == 500


def test_diversions_are_read_newest_first() -> None:
    found = read_diversions(
        request(
            b'Diversion: "B" <sip:b@h>;reason=user-busy;counter=2;limit=5;privacy=full',
            b"Diversion: <sip:a@h>, sip:",
        )
    )
    assert [each.uri for each in found] == [b"sip:b@h", b"sip:a@h", b"sip:"]
    first, second, _ = found
    assert (first.reason, first.counter, first.limit, first.private) == (
        *(b"user-busy", 2, 5, True),
    )
    assert (second.reason, second.counter, second.limit, second.private) == (
        *(b"unknown", 1, None, False),
    )
    assert read_diversions(request(b"Diversion: <sip:a@h>, <open>x")) == [found[1]]


def test_history_is_read_oldest_first() -> None:
    found = read_history(
        request(
            b"History-Info: <sip:bob@h?Reason=SIP%3Bcause%3D486>;index=1,"
            b" <sip:carol@h;cause=486?Privacy=history>;index=1.1;mp=1"
        )
    )
    assert [each.index for each in found] == [(1,), (1, 1)]
    assert [each.how for each in found] == [None, b"mp"]
    assert found[0].reasons == [Reason(b"SIP", 486)]
    assert [each.private for each in found] == [False, True]
    assert [each.cause for each in found] == [None, 486]
    assert read_history(request(b"History-Info: <tel:+1>;index=x"))[0].index == ()


PIECES = st.sampled_from(
    b'sip:a@b|tel:+1|<|>|"|;|,|=|?|%3B|Reason=|Privacy=|text/plain|SIP|Q.850|cause=|text=|index=|1|'
    b"1.1|reason=|counter=|limit=|session|handling=|60|(x)|duration=|\\|\r\n|\xff|\0| ".split(b"|")
)
READERS: dict[str, Callable[[bytes], Any]] = {
    "media type": parse_media_type,
    "disposition": parse_disposition,
    "retry after": parse_retry_after,
    "resource": parse_resource,
    "reason": parse_reason,
    "diversion": Diversion.parse,
    "history": HistoryEntry.parse,
}


@pytest.mark.parametrize("name", READERS)
@given(value=st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join))
def test_what_is_read_from_noise_is_written_as_a_header_that_reads_the_same(
    name: str, value: bytes
) -> None:
    read = READERS[name]
    try:
        found = read(value)
    except RemoteProtocolError:
        return
    if found is None:
        return
    written = found.encode()
    assert not set(written) & set(b"\r\n\0")
    again = read(written)
    assert again.encode() == written


@given(value=st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join))
def test_readers_of_what_decides_nothing_never_raise(value: bytes) -> None:
    value = value.replace(b"\r", b"").replace(b"\n", b"")
    names = b"Warning Date Retry-After Allow Alert-Info Reason Privacy Diversion History-Info"
    lines = [b"%b: %b" % (name, value) for name in (*names.split(), b"P-Asserted-Identity")]
    message = request(*lines, b"Expires: " + value, b"Accept: " + value, b"Recv-Info: " + value)
    for read in (
        *(read_warnings, read_date, read_retry_after, read_allow, read_reasons, read_privacy),
        *(read_diversions, read_history, read_expires, read_recv_info),
    ):
        read(message)
    read_resources(message, b"alert-info")
    read_identities(message, ASSERTED)
    accepts(message, b"text/plain")
    for entry in read_history(message):
        assert isinstance((entry.index, entry.how, entry.reasons, entry.cause), tuple)
    for diversion in read_diversions(message):
        assert diversion.counter >= 1
