"""Flows, Path, GRUU and the way back to a phone (RFC 5626, RFC 3327, RFC 5627)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.calls.ways import CallRouter
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.bindings import StoredBinding
from pbxcore.presence.gruu import addressed, public_gruu
from pbxcore.presence.gruu_ways import GruuWays
from pbxcore.presence.outbound import GRACE_S
from pbxcore.presence.reach import phones, way_to
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.registration import Registration, answer_lines, read_registration
from pbxcore.presence.temporary_gruu import TemporaryGruus
from pbxcore.sip.agent.route import UriRouter
from pbxcore.sip.dialogs.dialog import Draft
from pbxcore.sip.flow import Flow, Target
from pbxcore.sip.message import Request, parse
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.presence.outcome import Outcome

NOW = 1_700_000_000_000
URN = "urn:uuid:00000000-0000-1000-8000-000A95A0E128"
CONTACT = f'<sip:1000@10.0.0.1:5062>;reg-id=1;+sip.instance="<{URN}>"'
OUTBOUND = "Supported: path, outbound"
EDGE = "Via: SIP/2.0/TCP edge;branch=z9hG4bKe\r\nVia: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKp"


def request(*lines: str, via: str = "Via: SIP/2.0/TCP 10.0.0.1:5062;branch=z9hG4bKp") -> Request:
    head = "\r\n".join(("REGISTER sip:pbx SIP/2.0", via, *lines, "", ""))
    message = parse(head.encode())
    assert isinstance(message, Request)
    return message


def flow(port: int = 40000, transport: str = "tcp", host: str = "10.0.0.1") -> Flow:
    return Flow(transport, "10.0.0.9:5060", host, port, 0 if transport == "udp" else port)


def read(
    *lines: str,
    via: str = "Via: SIP/2.0/TCP 10.0.0.1:5062;branch=z9hG4bKp",
    cseq: int = 1,
    by: Flow | None = None,
    believed: bool = False,
    call_id: bytes = b"c",
    services: tuple[str, ...] = (),
) -> Registration:
    return read_registration(
        request(*lines, via=via),
        number="1000",
        call_id=call_id,
        cseq=cseq,
        flow=by or flow(),
        path_believed=believed,
        push_services=services,
    )


def register(
    registrar: Registrar, asked: Registration, now_ms: int = NOW, most: int = 1
) -> Outcome:
    return registrar.register(asked, now_ms, shortest_s=60, longest_s=3600, max_contacts=most)


def refused(*lines: str, via: str = EDGE) -> int:
    with pytest.raises(RemoteProtocolError) as caught:
        read(*lines, via=via)
    return caught.value.status


def key(by: Flow) -> tuple[str, str, str]:
    return by.transport, by.local, by.source


def test_same_instance_and_reg_id_replace_whatever_the_contact_is_now() -> None:
    registrar = Registrar()
    register(registrar, read(f"Contact: {CONTACT}", OUTBOUND))
    moved = CONTACT.replace("10.0.0.1:5062", "10.0.0.1:9999")
    outcome = register(registrar, read(f"Contact: {moved}", OUTBOUND, by=flow(40001), call_id=b"d"))
    (only,) = outcome.bindings
    assert (only.contact, only.source) == ("sip:1000@10.0.0.1:9999", "10.0.0.1:40001")
    assert [(each.binding.contact, each.cause) for each in outcome.removed] == [
        ("sip:1000@10.0.0.1:5062", "replaced")
    ]


def test_flows_of_one_phone_stand_side_by_side_and_count_as_one() -> None:
    registrar = Registrar()
    register(registrar, read(f"Contact: {CONTACT}", OUTBOUND))
    second = CONTACT.replace("reg-id=1", "reg-id=2")
    asked = read(f"Contact: {second}", OUTBOUND, by=flow(40002), cseq=2)
    outcome = register(registrar, asked, NOW + 1)
    assert [each.reg_id for each in outcome.bindings] == [1, 2]
    ((newest, other),) = phones(outcome.bindings)
    assert (newest.reg_id, other.reg_id) == (2, 1)
    refreshed = register(registrar, read(f"Contact: {CONTACT}", OUTBOUND, cseq=3), NOW + 2)
    assert (refreshed.added, refreshed.removed) == ((), ())
    gone = read(f"Contact: {second};expires=0", OUTBOUND, by=flow(40002), cseq=4)
    outcome = register(registrar, gone, NOW + 3)
    assert [each.reg_id for each in outcome.bindings] == [1]
    assert outcome.removed == ()  # the contact still stands, by its other flow


def test_phone_opens_only_so_many_flows() -> None:
    registrar = Registrar()
    for at in range(1, 8):
        contact = CONTACT.replace("reg-id=1", f"reg-id={at}")
        register(registrar, read(f"Contact: {contact}", OUTBOUND, cseq=at), NOW + at)
    assert [each.reg_id for each in registrar.of("1000")] == [4, 5, 6, 7]


def test_reg_id_counts_only_with_instance_and_option() -> None:
    alone = read("Contact: <sip:1000@10.0.0.1>;reg-id=1", OUTBOUND)
    unsupported = read(f"Contact: {CONTACT}")
    assert (alone.contacts[0].reg_id, unsupported.contacts[0].reg_id) == (0, 0)
    assert unsupported.contacts[0].instance == URN
    assert not alone.outbound
    assert not unsupported.outbound


def test_several_contacts_with_reg_id_are_refused() -> None:
    contacts = f"Contact: {CONTACT}, <sip:1000@10.0.0.2>"
    assert refused(contacts, OUTBOUND) == 400
    assert read(f"Contact: {CONTACT}, <sip:1000@10.0.0.2>;expires=0", OUTBOUND).outbound


def test_first_hop_without_outbound_is_told_to_those_who_ask_for_it() -> None:
    assert refused(f"Contact: {CONTACT}", OUTBOUND) == 439
    assert refused(f"Contact: {CONTACT}", OUTBOUND, "Path: <sip:edge;lr>") == 439
    assert read(f"Contact: {CONTACT}", OUTBOUND, "Path: <sip:t@edge;lr;ob>", via=EDGE).outbound
    assert not read(f"Contact: {CONTACT}", "Supported: path", via=EDGE).outbound


def gruus(binding: StoredBinding) -> tuple[bytes, bytes]:
    return public_gruu(b"sip:1000@pbx", binding.instance), b"sip:t@pbx;gr"


def test_answer_requires_outbound_and_tells_flow_timer_path_and_gruu() -> None:
    registrar = Registrar()
    asked = read(f"Contact: {CONTACT}", "Supported: path, outbound, gruu")
    lines = answer_lines(asked, register(registrar, asked).bindings, NOW, gruus)
    assert lines == [
        b"Contact: <sip:1000@10.0.0.1:5062>;expires=3600;reg-id=1"
        b';+sip.instance="<%b>";pub-gruu="sip:1000@pbx;gr=%b"'
        b';temp-gruu="sip:t@pbx;gr"' % (URN.encode(), URN.encode()),
        b"Require: outbound",
        b"Flow-Timer: 120",
    ]
    path = "Path: <sip:t@edge;lr;ob>"
    asked = read(f"Contact: {CONTACT}", OUTBOUND, path, via=EDGE, cseq=2)
    lines = answer_lines(asked, register(registrar, asked).bindings, NOW, gruus)
    assert lines[1:] == [path.encode(), b"Require: outbound"]
    assert b"gruu" not in lines[0]


def test_broken_connection_takes_its_flow_along_after_a_grace() -> None:
    registrar = Registrar()
    register(registrar, read(f"Contact: {CONTACT}", OUTBOUND))
    assert registrar.lose(key(flow(1)), NOW) == []
    (outcome,) = registrar.lose(key(flow()), NOW)
    assert way_to(outcome.bindings[0]) is None
    assert registrar.tick(NOW + GRACE_S * 1000 - 1) == []
    (outcome,) = registrar.tick(NOW + GRACE_S * 1000)
    assert [each.cause for each in outcome.removed] == ["lost"]
    assert registrar.lose(key(flow()), NOW) == []


def test_phone_that_comes_back_in_time_was_never_gone() -> None:
    registrar = Registrar()
    register(registrar, read(f"Contact: {CONTACT}", OUTBOUND))
    registrar.lose(key(flow()), NOW)
    back = read(f"Contact: {CONTACT}", OUTBOUND, by=flow(40001), cseq=2)
    outcome = register(registrar, back, NOW + 1000)
    assert outcome.removed == ()
    assert way_to(outcome.bindings[0]) is not None
    assert registrar.tick(NOW + GRACE_S * 1000) == []


@pytest.mark.parametrize(
    ("transport", "contact", "bound"),
    [
        ("udp", "<sip:1000@192.168.1.2>", False),
        ("tcp", "<sip:1000@10.0.0.1:5062;transport=tcp>", False),
        ("tcp", "<sip:1000@192.168.1.2;transport=tcp>", True),
        ("tls", "<sip:1000@10.0.0.1:5061;transport=tls>", True),
        ("ws", "<sip:x@abc.invalid;transport=ws>", True),
        ("wss", "<sip:x@10.0.0.1;transport=ws>", True),
    ],
)
def test_what_can_be_called_does_not_hang_on_its_connection(
    transport: str, contact: str, bound: bool
) -> None:
    registrar = Registrar()
    by = flow(transport=transport)
    (binding,) = register(registrar, read(f"Contact: {contact}", by=by)).bindings
    assert binding.flow_bound is bound
    assert len(registrar.lose(key(by), NOW)) == bound


def test_proxy_that_can_be_called_again_does_not_take_its_phones_along() -> None:
    by = flow(transport="tls", host="10.0.0.7")
    asked = read("Contact: <sip:a@h>", "Supported: path", "Path: <sip:10.0.0.7:5061;lr>", by=by)
    (binding,) = register(Registrar(), asked).bindings
    assert not binding.flow_bound


def test_no_connection_outlives_a_restart() -> None:
    registrar, successor = Registrar(), Registrar()
    held = register(registrar, read(f"Contact: {CONTACT}", OUTBOUND)).bindings
    successor.restore(held, NOW + 1000)
    (binding,) = successor.of("1000")
    assert (binding.lost_at_ms, binding.expires_at_ms) == (NOW + 1000, NOW + 1000 + GRACE_S * 1000)
    assert [each.removed[0].cause for each in successor.tick(NOW + 60_000)] == ["lost"]


def test_lost_phones_make_room_first() -> None:
    registrar = Registrar()
    register(registrar, read("Contact: <sip:a@h>", by=flow(transport="udp")), most=2)
    register(registrar, read("Contact: <sip:b@x.invalid>", by=flow(transport="ws"), cseq=2), most=2)
    registrar.lose(key(flow(transport="ws")), NOW)
    asked = read("Contact: <sip:c@y.invalid>", by=flow(2, "ws"), cseq=3)
    outcome = register(registrar, asked, most=2)
    assert [each.contact for each in outcome.bindings] == ["sip:a@h", "sip:c@y.invalid"]


def test_path_needs_a_phone_or_a_trusted_proxy_that_knows_of_it() -> None:
    path = "Path: <sip:edge;lr>"
    assert refused("Contact: <sip:a@h>", path) == 420
    assert refused("Contact: <sip:a@h>", "Supported: path", "Path: sip:edge;lr") == 400
    assert read("Contact: <sip:a@h>", path, believed=True).path == ("<sip:edge;lr>",)
    assert read("Contact: <sip:a@h>", path, "Supported: path").path == ("<sip:edge;lr>",)


def binding(
    contact: str = "sip:1000@10.0.0.1:5062",
    *path: str,
    source: str = "10.0.0.1:40000",
    transport: str = "udp",
) -> StoredBinding:
    return StoredBinding(
        "1000",
        contact,
        "c",
        1,
        1000,
        "",
        source,
        "10.0.0.9:5060",
        transport,
        NOW,
        NOW + 1,
        "",
        path,
    )


def test_contact_is_believed_about_its_port_but_not_about_another_address() -> None:
    way = way_to(binding())
    assert way is not None
    assert (way.target.host, way.target.port, way.uri) == (
        "10.0.0.1",
        5062,
        b"sip:1000@10.0.0.1:5062",
    )
    assert (way.target.peer, way.routes) == (("10.0.0.1", 40000), ())
    behind_nat = way_to(binding("sip:1000@192.168.0.5:5060"))
    assert behind_nat is not None
    assert behind_nat.target[1:3] == ("10.0.0.1", 40000)
    usual = way_to(binding("sip:1000@[2001:db8::1]", source="[2001:db8::1]:999", transport="tls"))
    assert usual is not None
    assert usual.target[1:3] == ("2001:db8::1", 5061)


class Reaching:
    """A wire that knows where it was to reach last."""

    target: Target | None = None

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        self.target = target
        then(None)

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        raise NotImplementedError

    def advertised(self, flow: Flow) -> tuple[str, int]:
        raise NotImplementedError

    def hold(self, flow: Flow, seconds: float) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("uri", "ours", "port"),
    [
        (b"sip:1000@10.0.0.1:5062", False, 5062),
        (b"sip:1000@192.168.0.5:5062", False, 40000),
        (b"sip:1000@10.0.0.1;gr=urn:uuid:1", True, 40000),  # the host is we, beside whom it is
        (b"sip:tgruu.x@10.0.0.1;gr", True, 40000),
        (b"sip:1000@10.0.0.1:5062;gr=urn:uuid:1", False, 5062),  # of somebody else's domain
    ],
)
def test_requests_of_a_call_go_where_the_contact_says_unless_it_is_a_gruu_of_ours(
    uri: bytes, port: int, *, ours: bool
) -> None:
    wire = Reaching()
    gruus = GruuWays(lambda _: ours, TemporaryGruus(b"", bytes, lambda _: ()), lambda _: ())
    router = CallRouter(wire, UriRouter(wire, lambda _: 0), gruus)
    router.way(uri, flow()).next(lambda _: None)
    assert wire.target is not None
    assert wire.target[:3] == ("tcp", "10.0.0.1", port)


def test_a_phone_that_gave_a_gruu_is_reached_where_it_is_registered_now() -> None:
    contact = "sip:1000@10.0.0.1;transport=tcp"
    here = msgspec.structs.replace(
        binding(contact, source="10.0.0.7:50001", transport="tcp"),
        instance=URN,
        reg_id=1,
        flow_bound=True,
    )
    known = {"1000": (here,)}
    temporary = TemporaryGruus(b"secret", bytes, lambda number: known.get(number, ()))
    ways = GruuWays(lambda host: host == b"pbx", temporary, lambda number: known.get(number, ()))
    wire = Reaching()
    router = CallRouter(wire, UriRouter(wire, lambda _: 0), ways)
    for gruu in public_gruu(b"sip:1000@pbx", URN), temporary.make(b"sip:1000@pbx", here):
        router.way(gruu, flow()).next(lambda _: None)
        assert wire.target is not None
        assert (wire.target.transport, wire.target.peer) == ("tcp", ("10.0.0.7", 50001))
        draft = router.retargeted(Draft(gruu, gruu, (b"CSeq: 2 BYE",), 2))
        assert (draft.uri, draft.next_hop) == (contact.encode(), gruu)
        behind = router.retargeted(Draft(gruu, b"sip:edge;lr", (b"Route: <sip:edge;lr>",), 2))
        assert (behind.uri, behind.lines) == (contact.encode(), (b"Route: <sip:edge;lr>",))
    for lost in (msgspec.structs.replace(here, lost_at_ms=NOW),), ():
        known["1000"] = lost
        router.way(public_gruu(b"sip:1000@pbx", URN), flow()).next(lambda _: None)
        assert wire.target is not None
        assert wire.target.peer == ("10.0.0.1", 40000)  # where its last message came from


def test_headers_of_a_contact_do_not_get_into_requests() -> None:
    way = way_to(binding("sip:1000@10.0.0.1:5062;line=1?Subject=hello"))
    assert way is not None
    assert way.uri == b"sip:1000@10.0.0.1:5062;line=1"


def test_path_becomes_the_route_and_its_first_proxy_the_next_hop() -> None:
    proxies = ("<sip:10.0.0.1:5080;lr>", "<sip:t@edge;lr;ob>")
    way = way_to(binding("sip:1000@192.168.0.5", *proxies))
    assert way is not None
    assert (way.target.host, way.target.port, way.uri) == (
        "10.0.0.1",
        5080,
        b"sip:1000@192.168.0.5",
    )
    assert way.routes == (b"Route: <sip:10.0.0.1:5080;lr>", b"Route: <sip:t@edge;lr;ob>")
    elsewhere = way_to(binding("sip:a@h", "<sip:203.0.113.5;lr>"))
    assert elsewhere is not None
    assert elsewhere.target[1:3] == ("10.0.0.1", 40000)  # nobody else is written to


def test_strict_proxy_gets_itself_as_request_uri() -> None:
    way = way_to(binding("sip:1000@192.168.0.5", "<sip:10.0.0.1:5080>", "<sip:two;lr>"))
    assert way is not None
    assert way.uri == b"sip:10.0.0.1:5080"
    assert way.routes == (b"Route: <sip:two;lr>", b"Route: <sip:1000@192.168.0.5>")


def test_public_gruu_reaches_one_phone_alone() -> None:
    one, other = (
        msgspec.structs.replace(binding(f"sip:{each}@h"), instance=each) for each in (URN, "urn:x")
    )
    gruu = public_gruu(b"sip:1000@pbx", URN)
    assert addressed(parse_uri(gruu), (one, other)) == [one]
    assert addressed(parse_uri(b"sip:1000@pbx"), (one, other)) == [one, other]
    assert addressed(parse_uri(b"sip:1000@pbx;gr=urn:y"), (one, other)) == []
    assert addressed(parse_uri(public_gruu(b"sip:1000@pbx", "urn:a;b%")), ()) == []


def test_temporary_gruu_tells_nobody_whose_it_is_and_finds_the_phone() -> None:
    registrar, octets = Registrar(), iter(range(256))
    temporary = TemporaryGruus(b"secret", lambda size: bytes([next(octets)] * size), registrar.of)
    (phone,) = register(registrar, read(f"Contact: {CONTACT}", OUTBOUND)).bindings
    made = [temporary.make(b"sip:1000@pbx", phone) for _ in range(2)]
    assert made[0] != made[1]  # each answer brings another (RFC 5627 §5.3)
    for each in made:
        assert b"1000" not in each
        uri = parse_uri(each)
        assert isinstance(uri, SipUri)
        assert temporary.is_one(uri)
        public = temporary.public(uri)
        assert public is not None
        assert public.encode() == public_gruu(b"sip:1000@pbx", URN)
    other = TemporaryGruus(b"another secret", bytes, registrar.of)
    uri = parse_uri(made[0])
    assert isinstance(uri, SipUri)
    assert other.public(uri) is None
    register(registrar, read(f"Contact: {CONTACT}", OUTBOUND, call_id=b"after it was restarted"))
    assert temporary.public(uri) is None  # §3.2: it has ended with the series of registrations


@given(st.binary(max_size=100))
def test_nobody_makes_a_temporary_gruu_up(noise: bytes) -> None:
    temporary = TemporaryGruus(b"secret", bytes, lambda number: ())
    for user in b"tgruu." + noise, b"tgruu." + base64.urlsafe_b64encode(noise), noise:
        assert temporary.public(SipUri(False, user, b"pbx", parameters={b"gr": b""})) is None
