"""Headers as values: read with tolerance, written strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import LocalProtocolError, RemoteProtocolError
from pbxcore.sip.address import parse_address
from pbxcore.sip.headers.contact import parse_contact, read_contact, read_contacts, removes_all
from pbxcore.sip.headers.dialog_reference import (
    DialogReference,
    parse_replaces,
    parse_target_dialog,
    read_join,
    read_replaces,
    read_target_dialog,
)
from pbxcore.sip.headers.events import (
    Event,
    SubscriptionState,
    parse_event,
    parse_subscription_state,
    read_event,
    read_subscription_state,
)
from pbxcore.sip.headers.option_tags import (
    read_option_tags,
    refuse_unknown,
    requires,
    supports,
)
from pbxcore.sip.headers.refer import (
    ReferTo,
    content_id,
    read_refer_sub,
    read_refer_to,
    read_referred_by,
)
from pbxcore.sip.headers.reliability import (
    RAck,
    parse_rack,
    parse_rseq,
    read_rack,
    read_rseq,
)
from pbxcore.sip.headers.route import is_loose, parse_hop, read_route, route_lines
from pbxcore.sip.headers.session_timer import (
    SessionExpires,
    parse_session_expires,
    read_min_se,
    read_session_expires,
)
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


def test_contact_is_read_with_all_that_a_registrar_needs() -> None:
    contact = parse_contact(
        b'"Ana" <sip:ana@10.0.0.1;transport=tcp;ob>;expires=60;q=0.7;reg-id=1'
        b';+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"'
        b';pub-gruu="sip:ana@pbx.test;gr=urn:uuid:f8";temp-gruu="sip:tgruu@pbx.test;gr"'
    )
    assert (contact.uri, contact.display_name) == (b"sip:ana@10.0.0.1;transport=tcp;ob", b"Ana")
    assert (contact.expires, contact.q_milli, contact.reg_id) == (60, 700, 1)
    assert contact.instance == b"urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF"
    assert parse_contact(contact.encode()) == contact


def test_contact_parameters_that_are_missing_or_malformed_have_their_defaults() -> None:
    bare = parse_contact(b"sip:ana@10.0.0.1")
    assert (bare.expires, bare.q_milli, bare.reg_id, bare.instance) == (None, 1000, None, None)
    odd = parse_contact(b"<sip:a@b>;expires=soon;q=7;reg-id=0")
    assert (odd.expires, odd.q_milli, odd.reg_id) == (3600, 1000, None)
    assert parse_contact(b"<sip:a@b>;expires=99999999999999").expires == (1 << 32) - 1


def test_parameters_behind_a_bare_uri_belong_to_the_contact() -> None:
    contact = parse_contact(b"sip:ana@10.0.0.1;expires=5")
    assert (contact.uri, contact.expires) == (b"sip:ana@10.0.0.1", 5)


def test_star_removes_all_and_is_no_contact() -> None:
    assert removes_all(request(b"Contact: *"))
    assert not removes_all(request(b"Contact: <sip:a@b>"))
    assert not removes_all(request())
    assert refused(removes_all, request(b"Contact: *, <sip:a@b>")) == 400
    assert refused(read_contacts, request(b"Contact: *")) == 400


def test_dialog_has_one_contact() -> None:
    found = read_contact(request(b"m: <sip:a@b>"))
    assert found is not None
    assert found.uri == b"sip:a@b"
    assert read_contact(request()) is None
    assert refused(read_contact, request(b"Contact: <sip:a@b>, <sip:c@d>")) == 400


def test_route_is_read_in_order_from_lines_and_lists() -> None:
    message = request(
        b"Record-Route: <sip:p3.test;lr>, <sip:p2.test>;x=y", b"Record-Route: <sips:[::1]:5;lr>"
    )
    hops = read_route(message, b"record-route")
    assert [each.uri for each in hops] == [b"sip:p3.test;lr", b"sip:p2.test", b"sips:[::1]:5;lr"]
    assert [is_loose(each) for each in hops] == [True, False, True]
    assert route_lines(b"Route", hops) == [
        b"Route: <sip:p3.test;lr>",
        b"Route: <sip:p2.test>;x=y",
        b"Route: <sips:[::1]:5;lr>",
    ]


@pytest.mark.parametrize("value", [b"sip:p1.test;lr", b"<tel:+1>", b"<http://a>", b"<sip:%>"])
def test_what_is_no_route_is_refused(value: bytes) -> None:
    assert refused(read_route, request(b"Route: " + value), b"route") == 400


def test_event_is_read_with_template_and_id() -> None:
    event = read_event(request(b"o: presence.winfo ; id=7;x"))
    assert event is not None
    assert (event.package, event.id) == (b"presence.winfo", b"7")
    assert event.encode() == b"presence.winfo;id=7;x"
    assert event.same_as(Event(b"presence.winfo", {b"id": b"7"}))
    assert not event.same_as(Event(b"presence.winfo"))


def test_event_that_decides_nothing_sure_is_refused() -> None:
    assert read_event(request()) is None
    assert refused(read_event, request(b"Event: a b")) == 400
    assert refused(read_event, request(b"Event: reg", b"o: dialog")) == 400


def test_subscription_state_is_read() -> None:
    state = read_subscription_state(
        request(b"Subscription-State: Terminated;reason=NoResource;retry-after=60;expires=0")
    )
    assert state is not None
    assert (state.state, state.reason, state.retry_after, state.expires) == (
        *(b"terminated", b"noresource", 60, 0),
    )
    assert SubscriptionState(b"active", {b"expires": b"600"}).encode() == b"active;expires=600"
    assert read_subscription_state(request()) is None


def test_session_interval_is_read_with_its_refresher() -> None:
    found = read_session_expires(request(b"x: 1800 ;refresher=UAC"))
    assert found is not None
    assert (found.interval, found.refresher) == (1800, b"uac")
    assert SessionExpires(90, {b"refresher": b"uas"}).encode() == b"90;refresher=uas"
    assert parse_session_expires(b"90;refresher=both").refresher is None
    assert refused(parse_session_expires, b"soon") == 400


def test_min_se_is_never_below_ninety_seconds() -> None:
    assert read_min_se(request()) == 90
    assert read_min_se(request(b"Min-SE: 5")) == 90
    assert read_min_se(request(b"Min-SE: 120;x=y")) == 120
    assert refused(read_min_se, request(b"Min-SE: x")) == 400


def test_rack_and_rseq_are_read() -> None:
    assert read_rack(request(b"RAck: 776656 1 INVITE")) == RAck(776656, 1, b"INVITE")
    assert refused(read_rack, request()) == 400
    assert read_rseq(request(b"RSeq: 988789")) == 988789
    assert read_rseq(request()) is None


@pytest.mark.parametrize("value", [b"1 INVITE", b"0 1 INVITE", b"4294967296 1 INVITE", b"1 1 a b"])
def test_what_is_no_rack_is_refused(value: bytes) -> None:
    assert refused(parse_rack, value) == 400


def test_refer_to_names_a_call_and_the_dialog_it_replaces() -> None:
    found = read_refer_to(
        request(
            b"r: <sip:bob@10.0.0.2?Replaces=c1%4010.0.0.2%3Bto-tag%3D77%3Bfrom-tag%3D33"
            b"%3Bearly-only&Require=replaces>"
        )
    )
    assert found.method == b"INVITE"
    assert found.replaces == DialogReference(b"c1@10.0.0.2", b"77", b"33", early_only=True)
    assert ReferTo.parse(b"<sip:conf@h;method=BYE>").method == b"BYE"
    assert ReferTo.parse(b"<tel:+12015550123>").replaces is None


def test_refer_without_exactly_one_refer_to_is_refused() -> None:
    assert refused(read_refer_to, request()) == 400
    assert refused(read_refer_to, request(b"Refer-To: <sip:a@b>", b"r: <sip:c@d>")) == 400


def test_refer_means_a_subscription_unless_it_says_false() -> None:
    assert read_refer_sub(request())
    assert read_refer_sub(request(b"Refer-Sub: true"))
    assert not read_refer_sub(request(b"Refer-Sub: False ;x"))


def test_referred_by_is_read_with_its_token() -> None:
    found = read_referred_by(request(b'b: "Ref" <sip:r@h>;cid="20398823.2UWQFN309shb3@h"'))
    assert found is not None
    assert (found.uri, content_id(found)) == (b"sip:r@h", b"20398823.2UWQFN309shb3@h")
    assert read_referred_by(request()) is None
    assert refused(read_referred_by, request(b"b: <sip:a@b>", b"b: <sip:c@d>")) == 400


def test_replaces_names_one_dialog() -> None:
    message = request(b"Replaces: 98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff")
    found = read_replaces(message)
    assert found == DialogReference(b"98732@sip.example.com", b"ff87ff", b"r33th4x0r")
    assert found.encode() == b"98732@sip.example.com;to-tag=ff87ff;from-tag=r33th4x0r"
    assert read_replaces(request()) is None
    two = request(b"Replaces: a;to-tag=1;from-tag=2", b"Replaces: b;to-tag=1;from-tag=2")
    assert refused(read_replaces, two) == 400
    both = request(b"Replaces: a;to-tag=1;from-tag=2", b"Join: b;to-tag=1;from-tag=2")
    assert refused(read_replaces, both) == 400
    assert refused(read_join, both) == 400
    assert refused(parse_replaces, b"a;to-tag=1") == 400


def test_join_and_target_dialog_name_one_too() -> None:
    assert read_join(request(b"Join: a;from-tag=2;to-tag=1")) == DialogReference(b"a", b"1", b"2")
    found = read_target_dialog(request(b"Target-Dialog: a;local-tag=1;remote-tag=2"))
    assert found == DialogReference(b"a", b"1", b"2")
    assert found.encode_target() == b"a;local-tag=1;remote-tag=2"


def test_option_tags_are_read_in_any_case_and_from_many_lines() -> None:
    message = request(b"k: 100rel, TIMER", b"Supported:", b"Require: Replaces")
    assert read_option_tags(message, b"supported") == (b"100rel", b"timer")
    assert supports(message, b"timer")
    assert supports(message, b"replaces")
    assert requires(message, b"replaces")
    assert not requires(message, b"timer")


def test_unknown_requirement_is_refused_with_its_name() -> None:
    message = request(b"Require: timer, foo", b"Proxy-Require: bar")
    with pytest.raises(RemoteProtocolError) as caught:
        refuse_unknown(message, {b"timer"})
    assert (caught.value.status, caught.value.headers) == (420, (b"Unsupported: foo, bar",))
    refuse_unknown(message, {b"timer", b"foo", b"bar"})


def test_writer_refuses_what_is_no_header() -> None:
    for broken in (
        Event(b"a b"),
        Event(b"reg", {b"x y": None}),
        SubscriptionState(b""),
        RAck(0, 1, b"INVITE"),
        RAck(1, 1, b"IN VITE"),
        DialogReference(b"a;b", b"1", b"2"),
        DialogReference(b"a", b"", b"2"),
    ):
        with pytest.raises(LocalProtocolError):
            broken.encode()  # type: ignore[attr-defined]


def test_written_values_are_quoted_where_they_must_be() -> None:
    event = Event(
        b"reg", {b"a": b"x/y", b"b": b"tok", b"c": b'"q,"', b"d": b"[::1]", b"e": b"\r\n"}
    )
    assert event.encode() == b'reg;a="x/y";b=tok;c="q,";d=[::1];e="  "'


PIECES = st.sampled_from(
    b'sip:a@b|tel:+1|<|>|"|;|,|=|?|%|Replaces=|to-tag=1|from-tag=2|local-tag=1|remote-tag=2|q=0.5|'
    b"expires=|1 1 INVITE|1|90|reg|active|cid=|;lr|id=|early-only|\\|\r\n|\xff|\0| |\xc3\xa9".split(
        b"|"
    )
)
READERS: dict[str, Callable[[bytes], Any]] = {
    "address": parse_address,
    "contact": parse_contact,
    "hop": parse_hop,
    "event": parse_event,
    "subscription state": parse_subscription_state,
    "session expires": parse_session_expires,
    "rack": parse_rack,
    "refer to": ReferTo.parse,
    "replaces": parse_replaces,
}


@pytest.mark.parametrize("name", READERS)
@given(value=st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join))
def test_what_is_read_from_noise_is_written_as_a_header_that_reads_the_same(
    name: str, value: bytes
) -> None:
    read = READERS[name]
    try:
        written = read(value).encode()
    except RemoteProtocolError:
        return
    assert not set(written) & set(b"\r\n\0")
    again = read(written).encode()
    assert again == written
    assert read(again) == read(written)


@given(value=st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join))
def test_other_readers_raise_nothing_but_a_refusal(value: bytes) -> None:
    for read in (
        lambda: parse_rseq(value),
        lambda: parse_target_dialog(value),
        lambda: ReferTo.parse(value).method,
        lambda: ReferTo.parse(value).replaces,
        lambda: (contact := parse_contact(value)).expires and contact.q_milli and contact.reg_id,
        lambda: is_loose(parse_address(value)),
    ):
        try:
            read()
        except RemoteProtocolError:
            continue
