"""Messages, headers and their grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.address import parse_address
from pbxcore.sip.checks import cut_body, examine, read_cseq
from pbxcore.sip.grammar import elements, parameters, quoted, unquoted
from pbxcore.sip.message import Request, Response, build_request, build_response, parse
from pbxcore.sip.uri import parse_uri
from pbxcore.sip.via import answer_port, parse_via, stamped

OPTIONS = (
    b"OPTIONS sip:1000@pbx.test SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1;rport\r\n"
    b'From: "Ana" <sip:1000@pbx.test>;tag=a1\r\n'
    b"To: <sip:1000@pbx.test>\r\n"
    b"Call-ID: c1\r\n"
    b"CSeq: 7 OPTIONS\r\n"
    b"\r\n"
)


def request(data: bytes) -> Request:
    found = parse(data)
    assert isinstance(found, Request)
    return found


def test_request_is_read() -> None:
    message = request(OPTIONS)
    assert (message.method, message.uri) == (b"OPTIONS", b"sip:1000@pbx.test")
    head = examine(message)
    assert (head.call_id, head.cseq, head.max_forwards) == (b"c1", 7, 70)
    assert (head.from_.display_name, head.from_.tag, head.to.tag) == (b"Ana", b"a1", None)


def test_response_is_read() -> None:
    message = parse(b"SIP/2.0 486 Busy Here\r\nCSeq: 1 INVITE\r\n\r\n")
    assert isinstance(message, Response)
    assert (message.status, message.reason) == (486, b"Busy Here")


def test_response_without_reason_is_read() -> None:
    message = parse(b"SIP/2.0 100 \r\nCSeq: 1 INVITE\r\n\r\n")
    assert isinstance(message, Response)
    assert (message.status, message.reason) == (100, b"")


def test_names_are_found_in_any_case_and_in_compact_form() -> None:
    message = request(
        b"OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h\r\nf : x\r\nTO: y\r\nI: z\r\nl:0\r\n\r\n"
    )
    names = (b"via", b"from", b"to", b"call-id", b"content-length")
    assert [message.get(name) for name in names] == [b"SIP/2.0/UDP h", b"x", b"y", b"z", b"0"]


def test_folded_values_are_joined_and_kept_as_they_came() -> None:
    data = b"OPTIONS sip:a@b SIP/2.0\r\nSubject: one\r\n two\r\n\tthree\r\nX-Odd: \r\n  y\r\n\r\n"
    message = request(data)
    assert message.get(b"subject") == b"one two three"
    assert message.get(b"x-odd") == b"y"
    assert message.encode() == data


def test_lists_are_read_from_one_line_and_from_many() -> None:
    message = request(
        b'OPTIONS sip:a@b SIP/2.0\r\nContact: "a, b" <sip:a@b>, <sip:c@d,e>\r\nm: <sip:f@g>\r\n\r\n'
    )
    assert message.all(b"contact") == [b'"a, b" <sip:a@b>', b"<sip:c@d,e>", b"<sip:f@g>"]


def test_unknown_headers_stay_byte_for_byte_when_others_change() -> None:
    message = request(b"OPTIONS sip:a@b SIP/2.0\r\nX-a :\t b \r\nMax-Forwards: 70\r\nX-c:d\r\n\r\n")
    message.replace(b"max-forwards", b"Max-Forwards: 69")
    assert message.encode() == (
        b"OPTIONS sip:a@b SIP/2.0\r\nX-a :\t b \r\nMax-Forwards: 69\r\nX-c:d\r\n\r\n"
    )


def test_bare_line_feeds_are_tolerated() -> None:
    message = request(b"OPTIONS sip:a@b SIP/2.0\nCall-ID: x\nCSeq: 1 OPTIONS\n\nbody")
    assert message.get(b"call-id") == b"x"
    assert message.body == b"body"


@pytest.mark.parametrize("blank", [b"\n\n", b"\n\r\n"])
def test_a_bare_blank_line_ends_the_head_whatever_the_body_holds(blank: bytes) -> None:
    message = request(b"OPTIONS sip:a@b SIP/2.0\nCall-ID: x" + blank + b"a: b\r\n\r\nrest")
    assert message.get(b"call-id") == b"x"
    assert message.get(b"a") is None
    assert message.body == b"a: b\r\n\r\nrest"


def test_value_with_a_stray_carriage_return_cannot_split_a_line() -> None:
    message = request(b"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: x\rEvil: y\r\nFrom: a\nb\r\n\r\n")
    assert message.get(b"call-id") == b"x Evil: y"
    assert message.get(b"from") == b"a b"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\r\n\r\n\r\n",
        b"OPTIONS\r\n\r\n",
        b"OPTIONS sip:a@b HTTP/1.1\r\n\r\n",
        b"SIP/2.0 42 No\r\n\r\n",
        b"SIP/2.0 4294967301 OK\r\n\r\n",
        b"SIP/2.0 700 OK\r\n\r\n",
        b"OPT IONS@ sip:a@b\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nVia: cut",
    ],
)
def test_what_has_no_start_line_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse(data)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"Call-ID: c1\r\n", b"", "Missing Call-ID"),
        (b"CSeq: 7 OPTIONS\r\n", b"", "Missing CSeq"),
        (b'From: "Ana" <sip:1000@pbx.test>;tag=a1\r\n', b"", "Missing From"),
        (b"To: <sip:1000@pbx.test>\r\n", b"", "Missing To"),
        (b"7 OPTIONS", b"7 INVITE", "CSeq Method Differs"),
        (b"7 OPTIONS", b"4294967296 OPTIONS", "Malformed CSeq"),
        (b"7 OPTIONS", b"-1 OPTIONS", "Malformed CSeq"),
        (b"To: <sip", b'To: "open <sip', "Open Quote"),
        (b"To: <sip:1000@pbx.test>", b"To: <sip:1000@pbx.test", "Open Bracket"),
        (b"To: <", b"To: < ", "Malformed Address"),
        (b"Call-ID: c1", b"Call-ID: c1\r\nCall-ID: c2", "Repeated Call-ID"),
        (b"Call-ID: c1", b"Call-ID: c1\r\nMax-Forwards: 300", "Malformed Max-Forwards"),
        (b"OPTIONS sip:1000@", b"OPTIONS  sip:1000@", "Malformed URI"),
        (b"OPTIONS sip:1000@pbx.test", b"OPTIONS <sip:1000@pbx.test>", "Malformed URI"),
        (b"OPTIONS sip:1000@pbx.test", b"OPTIONS sip:a@b?Route=c", "Headers in Request-URI"),
    ],
)
def test_broken_mandatory_header_is_named(old: bytes, new: bytes, reason: str) -> None:
    assert old in OPTIONS
    with pytest.raises(RemoteProtocolError) as caught:
        examine(request(OPTIONS.replace(old, new, 1)))
    assert (caught.value.status, caught.value.reason) == (400, reason)


def test_other_versions_and_schemes_are_refused_as_such() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        examine(request(OPTIONS.replace(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia")))
    assert caught.value.status == 505
    with pytest.raises(RemoteProtocolError) as caught:
        examine(request(OPTIONS.replace(b"sip:1000@pbx.test SIP", b"soap.beep://a SIP")))
    assert caught.value.status == 416


def test_body_ends_where_content_length_says() -> None:
    message = request(b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 2\r\n\r\nabINVITE")
    cut_body(message)
    assert message.body == b"ab"


@pytest.mark.parametrize("lines", [b"l: 9", b"l: -1", b"l: x", b"l: 1\r\nContent-Length: 2"])
def test_content_length_that_cannot_be_true_is_refused(lines: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        cut_body(request(b"OPTIONS sip:a@b SIP/2.0\r\n" + lines + b"\r\n\r\nab"))


def test_writer_refuses_a_line_that_breaks_the_message() -> None:
    with pytest.raises(LocalProtocolError):
        build_request(b"OPTIONS", b"sip:a@b", [b"Subject: x\r\nEvil: y"])
    with pytest.raises(LocalProtocolError):
        build_response(200, "OK\r\nEvil: y", [])
    assert build_response(200, "OK", [b"A: b"], b"xy") == (
        b"SIP/2.0 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nxy"
    )


def test_cseq_takes_any_method_token() -> None:
    assert read_cseq(b"0009 !odd%Method'~") == (9, b"!odd%Method'~")


@pytest.mark.parametrize(
    ("value", "name", "uri", "tag"),
    [
        (b"sip:a@b;tag=1", b"", b"sip:a@b", b"1"),
        (b"<sip:a@b;x=y>;TAG=1;z", b"", b"sip:a@b;x=y", b"1"),
        (b'"A \\"quoted\\" <name>" <sip:a@b> ; tag = 1', b'A "quoted" <name>', b"sip:a@b", b"1"),
        (b"Two Words   <sip:a@b>", b"Two Words", b"sip:a@b", None),
        (b'"x;tag=evil" <sip:a@b>;tag=good', b"x;tag=evil", b"sip:a@b", b"good"),
    ],
)
def test_addresses_are_read(value: bytes, name: bytes, uri: bytes, tag: bytes | None) -> None:
    found = parse_address(value)
    assert (found.display_name, found.uri, found.tag) == (name, uri, tag)


@pytest.mark.parametrize(
    "value", [b"", b"<>", b'"open', b"<sip:a@b", b"sip:a@b,c", b"a@b <sip:x>", b'"a" b <sip:c@d>']
)
def test_what_is_no_address_is_refused(value: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_address(value)


def test_via_is_read_with_spaces_everywhere() -> None:
    via = parse_via(b"SIP  / 2.0\t/ udp   [2001:DB8::9] : 5061 ;  branch = z9hG4bKx ; rport")
    assert (via.transport, via.host, via.port) == (b"UDP", b"[2001:DB8::9]", 5061)
    assert via.branch == b"z9hG4bKx"
    assert via.sent_by == b"[2001:db8::9]:5061"


@pytest.mark.parametrize(
    "value",
    [
        *(b"", b"SIP/2.0/UDP", b"SIP/2.0/UDP a;;,;", b"SIP/2.0/UDP a:0"),
        b"SIP/2.0/UDP a;branch=z9hG4bKx;rport;rport",
    ],
)
def test_what_is_no_via_is_refused(value: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_via(value)


def test_response_via_tells_the_source() -> None:
    lying = b"SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;rport"
    assert stamped(lying, parse_via(lying), "192.0.2.7", 4444) == (
        b"SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;rport=4444;received=192.0.2.7"
    )
    honest = b"SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bKx"
    assert stamped(honest, parse_via(honest), "192.0.2.7", 4444) == honest


def test_response_goes_to_the_source_unless_an_honest_via_names_another_port() -> None:
    assert answer_port(parse_via(b"SIP/2.0/UDP 10.0.0.1:5060"), "192.0.2.7", 4444) == 4444
    assert answer_port(parse_via(b"SIP/2.0/UDP 192.0.2.7:5060;rport"), "192.0.2.7", 4444) == 4444
    assert answer_port(parse_via(b"SIP/2.0/UDP 192.0.2.7:5070"), "192.0.2.7", 4444) == 5070
    assert answer_port(parse_via(b"SIP/2.0/UDP 192.0.2.7"), "192.0.2.7", 4444) == 5060


@given(st.text())
def test_quoting_any_text_gives_one_quoted_string(text: str) -> None:
    value = quoted(text)
    assert b"\r" not in value
    assert b"\n" not in value
    assert elements(value + b", x") == [value, b"x"]
    visible = "".join(each if each >= " " and each != "\x7f" else " " for each in text)
    assert unquoted(value) == visible.encode("utf-8", "replace")


PIECES = st.sampled_from(
    b"SIP/2.0|OPTIONS|sip:a@b|Via: SIP/2.0/UDP h|branch=z9hG4bK|tag=1|From: |To: |Call-ID: |1|\xff"
    b'|CSeq: 1 OPTIONS|Content-Length: |\r\n|\r\n |\n|\r|:|;|,|"|<|>|=| |\\|\0'.split(b"|")
)


@given(st.lists(PIECES | st.binary(max_size=6), max_size=40).map(b"".join), st.booleans())
def test_reading_anything_raises_nothing_but_a_refusal(noise: bytes, framed: bool) -> None:
    data = b"OPTIONS sip:a@b SIP/2.0\r\n" + noise + b"\r\n\r\n" if framed else noise
    try:
        message = parse(data)
        message.all(b"contact")
        parse_via(elements(message.get(b"via") or b"")[0])
        assert isinstance(message, Request)
        cut_body(message)
        examine(message)
    except (RemoteProtocolError, AssertionError):
        return


@given(st.lists(PIECES | st.binary(max_size=6), max_size=40).map(b"".join))
def test_what_was_written_once_reads_and_writes_the_same(noise: bytes) -> None:
    try:
        once = parse(b"OPTIONS sip:a@b SIP/2.0\r\n" + noise + b"\r\n\r\n").encode()
    except RemoteProtocolError:
        return
    assert parse(once).encode() == once


@given(st.binary(max_size=60))
def test_parameters_raise_nothing_but_a_refusal(tail: bytes) -> None:
    try:
        found = parameters(tail)
    except RemoteProtocolError:
        return
    assert all(name == name.lower() for name in found)


@pytest.mark.parametrize(
    "value",
    [
        b"sip:" + b"a" * 60000 + b"!",
        b"sip:" + b"a-" * 30000 + b"!",
        b"sip:" + b"a." * 30000 + b"!",
        b"sip:" + b"a:" * 30000,
        b"sip:a@b;" + b"x" * 60000 + b'"',
        b"tel:+" + b"1-" * 30000 + b"!",
    ],
)
def test_long_nonsense_costs_its_length_alone(value: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_uri(value)
    with pytest.raises(RemoteProtocolError):
        parse_via(b"SIP/2.0/UDP " + value[4:] + b"\x01")


def test_long_runs_of_spaces_cost_their_length_alone() -> None:
    spaces = b" " * 60000
    message = request(b"OPTIONS sip:a@b SIP/2.0\r\nLong: a" + spaces + b"b\r\n c\r\n\r\n")
    assert message.get(b"long") == b"a" + spaces + b"b c"
    assert parameters(b";a" + spaces + b";b" + spaces) == {b"a": None, b"b": None}
    with pytest.raises(RemoteProtocolError):
        parameters(b";a" + spaces + b"!")
