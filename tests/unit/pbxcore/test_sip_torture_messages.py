"""What is read in the messages of RFC 4475 and RFC 5118."""

from __future__ import annotations

import pytest

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.checks import MOST_LINES, MOST_VIAS, Head, cut_body, examine, read_cseq
from pbxcore.sip.framing import StreamFraming
from pbxcore.sip.headers.accept import accepts
from pbxcore.sip.headers.contact import read_contact, read_contacts
from pbxcore.sip.headers.dates import read_date
from pbxcore.sip.headers.expiry import read_expires, read_retry_after
from pbxcore.sip.headers.option_tags import read_option_tags
from pbxcore.sip.headers.route import read_route
from pbxcore.sip.headers.warning import read_warnings
from pbxcore.sip.message import Request, Response, parse
from pbxcore.sip.uri import SipUri, parse_uri
from pbxcore.sip.via import parse_via
from tests.support.torture import ALL, RFC_4475, RFC_5118, Torture, vector


def request(name: str) -> Request:
    found = parse(vector(name))
    assert isinstance(found, Request)
    return found


def response(name: str) -> Response:
    found = parse(vector(name))
    assert isinstance(found, Response)
    return found


def head_of(name: str) -> Head:
    message = request(name)
    cut_body(message)
    return examine(message)


def read(message: Request) -> None:
    """All that a registrar reads before it looks for the user."""
    parse_via(message.all(b"via")[0])
    cut_body(message)
    parse_uri(examine(message).to.uri)
    read_contacts(message)


def test_all_messages_are_there() -> None:
    assert len(RFC_4475) == 49
    assert len(RFC_5118) == 12
    assert all(each.data for each in ALL)


@pytest.mark.parametrize(
    "torture", [each for each in ALL if 400 in each.statuses], ids=lambda each: each.name
)
def test_invalid_message_is_refused(torture: Torture) -> None:
    message = parse(torture.data)
    assert isinstance(message, Request)
    with pytest.raises(RemoteProtocolError) as caught:
        read(message)
    assert caught.value.status in torture.statuses
    assert caught.value.reason or caught.value.status != 400


@pytest.mark.parametrize(("name", "status"), [("badvers", 505), ("unkscm", 416), ("novelsc", 416)])
def test_what_is_beyond_us_is_refused_as_such(name: str, status: int) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        head_of(name)
    assert caught.value.status == status


@pytest.mark.parametrize(
    "torture",
    [
        each
        for each in ALL
        if each.statuses and not each.statuses & {400, 416, 505} and each.name != "regbadct"
    ],
    ids=lambda each: each.name,
)
def test_valid_message_is_understood_and_written_as_it_came(torture: Torture) -> None:
    message = parse(torture.data)
    assert isinstance(message, Request)
    assert message.encode() == torture.data.replace(b"SIP/2.0  \r\n", b"SIP/2.0\r\n")
    for each in message.all(b"via"):
        parse_via(each)
    cut_body(message)
    assert examine(message).call_id
    read_contacts(message)
    for name in (b"route", b"record-route"):
        read_route(message, name)


def test_short_tortuous_invite() -> None:
    message, head = request("wsinv"), head_of("wsinv")
    assert isinstance(head.uri, SipUri)
    assert head.uri.parameters == {b"unknownparam": b""}
    assert (head.from_.display_name, head.from_.tag) == (b'J Rosenberg \\"', b"98asjd8")
    assert (head.to.uri, head.to.tag) == (b"sip:vivekg@chair-dnrc.example.com", b"1918181833n")
    assert (head.cseq, head.max_forwards) == (9, 68)
    assert message.get(b"subject") == b""
    assert message.get(b"newfangledheader") == b"newfangled value continued newfangled value"
    assert message.get(b"unknownheaderwithunusualvalue") == b";;,,;;,;"
    vias = [parse_via(each) for each in message.all(b"via")]
    assert [(each.transport, each.host) for each in vias] == [
        (b"UDP", b"192.0.2.2"),
        (b"TCP", b"spindle.example.com"),
        (b"UDP", b"192.168.255.111"),
    ]
    assert [each.branch for each in vias] == [b"390skdjuw", b"z9hG4bK9ikj8", b"z9hG4bK30239"]
    contact = read_contact(message)
    assert contact is not None
    assert (contact.display_name, contact.q_milli) == (b'Quoted string ""', 330)
    assert contact.parameters[b"newparam"] == b"newvalue"
    assert contact.parameters[b"secondparam"] is None
    (hop,) = read_route(message, b"route")
    assert hop.uri == b"sip:services.example.com;lr;unknownwith=value;unknown-no-value"


def test_wide_range_of_valid_characters() -> None:
    message, head = request("intmeth"), head_of("intmeth")
    assert message.method == b"!interesting-Method0123456789_*+`.%indeed'~"
    assert isinstance(head.uri, SipUri)
    assert head.uri.user == b"1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert head.uri.password == b"&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert head.to.display_name == b"BEL:\x07 NUL:\x00 DEL:\x7f"
    assert head.from_.display_name == b"token1~` token2'+_ token3*%!.-"
    assert head.from_.parameters[b"fromparam''~+*_!.-%"] == '"работающий"'.encode()
    assert head.from_.tag == b"_token~1'+`*%!-."
    assert head.call_id == b"intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert message.get(b"extensionheader-!.%*+_`'~") == "\ufeff大停電".encode()


def test_escapes_are_undone_in_users_and_nowhere_else() -> None:
    head = head_of("esc01")
    assert isinstance(head.uri, SipUri)
    assert head.uri.user == b"sips:user@example.com"
    to = parse_uri(head.to.uri)
    assert isinstance(to, SipUri)
    assert to.user == b"user"
    contact = read_contact(request("esc01"))
    assert contact is not None
    uri = parse_uri(contact.uri)
    assert isinstance(uri, SipUri)
    assert uri.parameters == {b"lr": b"", b"name": b"value%41"}
    message = request("esc02")
    assert message.method == b"RE%47IST%45R"
    assert head_of("esc02").to.display_name == b"%Z%45"
    assert parse_via(message.get(b"via") or b"").branch == b"z9hG4bK209%fzsnel234"
    assert len(read_contacts(message)) == 2


def test_escaped_nul_is_part_of_the_user() -> None:
    users = [parse_uri(each.uri) for each in read_contacts(request("escnull"))]
    assert [each.user for each in users if isinstance(each, SipUri)] == [b"\0", b"\0\0"]


def test_long_values_are_read_whole() -> None:
    message, head = request("longreq"), head_of("longreq")
    assert len(message.all(b"via")) == 34 <= MOST_VIAS
    assert head.call_id == b"longreq.one" + b"really" * 20 + b"longcallid"
    assert head.from_.tag == b"12" + b"982" * 50 + b"424"
    assert parse_via(message.all(b"via")[-1]).branch == b"very" + b"long" * 50 + b"branchvalue"


def test_second_request_is_cut_off_a_datagram_and_read_from_a_stream() -> None:
    message = request("dblreq")
    cut_body(message)
    assert message.body == b""
    first, second, *_ = StreamFraming().receive(vector("dblreq"))
    assert (first[:8], second[:6]) == (b"REGISTER", b"INVITE")


def test_binary_body_keeps_its_octets() -> None:
    message = request("mpart01")
    cut_body(message)
    assert len(message.body) == 553
    assert b"\0" in message.body


def test_odd_reason_phrases_are_read() -> None:
    assert response("unreason").reason.decode() == "= 2**3 * 5**2 но сто девяносто девять - простое"
    assert (response("noreason").status, response("noreason").reason) == (100, b"")


def test_numbers_too_large_are_refused_or_taken_as_the_largest() -> None:
    message = response("scalarlg")
    with pytest.raises(RemoteProtocolError):
        read_cseq(message.get(b"cseq") or b"")
    retry = read_retry_after(message)
    assert retry is not None
    assert retry.delay == (1 << 32) - 1
    assert read_warnings(message) == []
    assert read_expires(request("scalar02")) == (1 << 32) - 1
    assert read_contacts(request("scalar02"))[0].expires == (1 << 32) - 1
    with pytest.raises(RemoteProtocolError):
        parse(vector("bigcode"))


def test_date_in_another_zone_is_no_date() -> None:
    assert read_date(request("baddate")) is None


def test_unknown_extensions_are_told_apart() -> None:
    message = request("bext01")
    assert read_option_tags(message, b"require") == (
        *(b"nothingsupportsthis", b"nothingsupportsthiseither"),
    )


def test_unknown_parameters_belong_to_contact_or_uri() -> None:
    (one,) = read_contacts(request("cparam01"))
    (other,) = read_contacts(request("cparam02"))
    assert (one.uri, one.parameters) == (
        b"sip:+19725552222@gw1.example.net",
        {b"unknownparam": None},
    )
    assert (other.uri, other.parameters) == (
        b"sip:+19725552222@gw1.example.net;unknownparam",
        {},
    )


def test_headers_in_a_contact_uri_are_kept() -> None:
    (contact,) = read_contacts(request("regescrt"))
    uri = parse_uri(contact.uri)
    assert isinstance(uri, SipUri)
    assert uri.headers == b"Route=%3Csip:sip.example.com%3E"


def test_accept_of_something_unknown_takes_no_sdp() -> None:
    assert not accepts(request("sdp01"), b"application/sdp", unsaid=[b"application/sdp"])


def test_port_inside_the_brackets_is_part_of_the_address() -> None:
    ambiguous, clear = head_of("port-ambiguous").uri, head_of("port-unambiguous").uri
    assert isinstance(ambiguous, SipUri)
    assert isinstance(clear, SipUri)
    assert (ambiguous.host, ambiguous.port) == (b"[2001:db8::10:5070]", None)
    assert (clear.host, clear.port) == (b"[2001:db8::10]", 5070)


@pytest.mark.parametrize(
    ("name", "received"),
    [
        ("via-received-param-with-delim", b"[2001:db8::9:255]"),
        ("via-received-param-no-delim", b"2001:db8::9:255"),
    ],
)
def test_received_is_read_with_and_without_brackets(name: str, received: bytes) -> None:
    via = parse_via(request(name).get(b"via") or b"")
    assert via.parameters[b"received"] == received


def test_addresses_of_both_kinds_stand_side_by_side() -> None:
    vias = [parse_via(each) for each in request("mult-ip-in-header").all(b"via")]
    assert [(each.host, each.port) for each in vias] == [
        (b"[2001:db8::9:1]", 6050),
        (b"192.0.2.1", None),
        (b"[2001:db8::9:255]", None),
    ]
    mapped = parse_via(request("ipv4-mapped-ipv6").get(b"via") or b"")
    assert (mapped.host, mapped.port) == (b"[::ffff:192.0.2.10]", 19823)


def test_one_colon_too_many_means_the_same_address() -> None:
    assert head_of("ipv6-bug-abnf-3-colons").uri == head_of("ipv6-correct-abnf-2-colons").uri


def test_too_many_lines_and_hops_are_refused() -> None:
    message = request("lwsdisp")
    message.lines += [b"X: y"] * (MOST_LINES - len(message.lines))
    examine(message)
    message.lines.append(b"X: y")
    with pytest.raises(RemoteProtocolError) as caught:
        examine(message)
    assert caught.value.status == 513
    for more in ([b"Via: SIP/2.0/UDP h"] * 41, [b"Via: " + b"SIP/2.0/UDP h," * MOST_VIAS]):
        message = request("lwsdisp")
        message.replace(b"via", *more)
        with pytest.raises(RemoteProtocolError) as caught:
            examine(message)
        assert caught.value.status == 483
        examine(message, most_vias=2 * MOST_VIAS)
