"""Trunks at work: what their providers see, in virtual time."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from pbxcore.commands import TrunkStanding
from pbxcore.directory import (
    Delta,
    Directory,
    Snapshot,
    Trunk,
    TrunkPut,
    TrunkRemoved,
)
from pbxcore.domain_settings import DomainSettings
from pbxcore.journal import TrunkChanged
from pbxcore.sip.digest import parse_credentials
from pbxcore.sip.flow import Flow, Target
from pbxcore.sip.inquiry import Path
from pbxcore.sip.message import Request, build_response, parse
from pbxcore.sip.resolution import Kind, Question, Record, Srv
from pbxcore.sip.transactions.layer import TransactionLayer
from pbxcore.trunks.requests import TrunkRequests, address_at
from pbxcore.trunks.service import Trunks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pbxcore.journal import Fact

PROVIDER = Trunk(
    "t1",
    "Provider",
    "provider.test",
    registers=True,
    username="user",
    auth_id="user-1_a!b$c&d+e~f",
    password="secret",  # noqa: S106
    number="555-1000",
)
CHALLENGE = b'WWW-Authenticate: Digest realm="provider", nonce="n", algorithm=MD5, qop="auth"'
ZONE: dict[tuple[Kind, str], Sequence[Record]] = {
    (Kind.SRV, "_sip._udp.provider.test"): [Srv(0, 1, 5060, "a.test"), Srv(1, 1, 5060, "b.test")],
    (Kind.SRV, "_sip._tcp.provider.test"): [Srv(0, 1, 5060, "a.test")],
    (Kind.A, "a.test"): ["192.0.2.1"],
    (Kind.A, "b.test"): ["192.0.2.2"],
}


class Network:
    """A wire, name servers and a clock; requests wait here for the test to answer them."""

    def __init__(self, *trunks: Trunk) -> None:
        self.time = 0.0
        self._sent: set[bytes] = set()
        self.down: set[str] = set()
        self.asked: list[tuple[Request, Flow]] = []
        self.facts: list[Fact] = []
        self.directory = Directory(Snapshot(1, DomainSettings(), (), trunks))
        self.layer = TransactionLayer(
            self,
            lambda incoming: None,
            clock=lambda: self.time,
            entropy=secrets.token_bytes,
            arm=lambda deadline: None,
        )
        self.trunks = Trunks(
            self.directory,
            self.layer,
            self,
            record=self.facts.append,
            entropy=secrets.token_bytes,
        )
        self.trunks.follow()

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        message = parse(data)
        if isinstance(message, Request) and data not in self._sent:
            self._sent.add(data)
            self.asked.append((message, flow))
        return True

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        connection = 0 if target.transport == "udp" else 1
        flow = Flow(target.transport, "10.0.0.9:5060", target.host, target.port, connection)
        then(None if target.host in self.down else flow)

    def advertised(self, flow: Flow) -> tuple[str, int]:
        return "10.0.0.9", 5060

    def hold(self, flow: Flow, seconds: float) -> None:
        pass

    def look_up(
        self,
        questions: tuple[Question, ...],
        then: Callable[[Sequence[Collection[Record]]], None],
    ) -> None:
        then([ZONE.get((each.kind, each.name), ()) for each in questions])

    def next(self) -> Request:
        """The one request that waits."""
        [(request, _)] = self.asked
        return request

    def answer(self, status: int, *lines: bytes) -> None:
        """Answer the one request that waits; a 200 lists its Contact."""
        [(request, flow)] = self.asked
        self.asked.clear()
        echoed = [each for each in request.lines if each.startswith((b"Via", b"From", b"To", b"C"))]
        if status != 200 or lines:
            echoed = [each for each in echoed if not each.startswith(b"Contact")]
        self.layer.receive(build_response(status, "X", [*echoed, *lines]), flow)

    def wait(self, seconds: float) -> None:
        """Let time pass, second by second."""
        ends = self.time + seconds
        while self.time < ends:
            self.time += 1
            self.layer.tick(self.time)
            self.trunks.tick()

    def wait_for_request(self) -> None:
        """Let time pass until there is one."""
        while not self.asked:
            assert self.time < 10_000
            self.wait(1)

    @property
    def standing(self) -> TrunkStanding:
        [found] = self.trunks.standings().trunks
        return found


def test_provider_sees_number_and_auth_id_as_they_were_set() -> None:
    network = Network(PROVIDER)
    first = network.next()
    assert first.uri == b"sip:provider.test"
    assert (first.get(b"from") or b"").startswith(b"<sip:555-1000@provider.test>;tag=")
    assert first.get(b"to") == b"<sip:555-1000@provider.test>"
    assert first.get(b"contact") == b"<sip:555-1000@10.0.0.9:5060>"
    assert first.get(b"authorization") is None
    network.answer(401, CHALLENGE)
    second = network.next()
    credentials = parse_credentials(second.get(b"authorization") or b"")
    assert credentials is not None
    assert credentials[b"username"] == b"user-1_a!b$c&d+e~f"

    def md5(value: bytes) -> bytes:
        return hashlib.md5(value, usedforsecurity=False).hexdigest().encode()

    secret = md5(b"user-1_a!b$c&d+e~f:provider:secret")
    middle = b"n:00000001:%b:auth" % credentials[b"cnonce"]
    request = md5(b"REGISTER:sip:provider.test")
    assert credentials[b"response"] == md5(b"%b:%b:%b" % (secret, middle, request))
    assert second.get(b"call-id") == first.get(b"call-id")
    assert (first.get(b"cseq"), second.get(b"cseq")) == (b"1 REGISTER", b"2 REGISTER")
    network.answer(200)
    assert network.standing == TrunkStanding("t1", "registered", 200, "192.0.2.1:5060", 0, 3600)
    assert [each.state for each in network.facts if isinstance(each, TrunkChanged)] == [
        "trying",
        "registered",
    ]


def test_refresh_brings_the_password_without_being_asked() -> None:
    network = Network(PROVIDER)
    network.answer(401, CHALLENGE)
    network.answer(200)
    network.wait_for_request()
    assert network.time < 3600
    assert b"nc=00000002" in (network.next().get(b"authorization") or b"")


def test_wrong_password_is_told() -> None:
    network = Network(PROVIDER)
    network.answer(401, CHALLENGE)
    network.answer(401, CHALLENGE.replace(b'"n"', b'"m"'))
    assert (network.standing.state, network.standing.status) == ("rejected", 401)
    network.wait(26)
    assert network.asked  # tried again, in case somebody mended it there


def test_short_expiry_of_the_registrar_is_followed() -> None:
    network = Network(PROVIDER)
    network.answer(423, b"Min-Expires: 7200")
    assert network.next().get(b"expires") == b"7200"
    network.answer(200, b"Contact: <sip:555-1000@10.0.0.9:5060>;expires=7200")
    assert network.standing.registered_for_s == 7200


def test_other_contacts_in_the_answer_do_not_count() -> None:
    network = Network(PROVIDER)
    network.answer(
        200,
        b"Contact: <sip:555-1000@10.0.0.8>;expires=9",
        b'Contact: "us" <sip:555-1000@10.0.0.9:5060>;expires=60',
    )
    assert network.standing.registered_for_s == 60
    network.wait_for_request()
    network.answer(200, b"Contact: <sip:555-2000@10.0.0.8>")
    assert network.standing.state == "rejected"


def test_silent_server_is_left_for_the_next_one_and_stayed_with() -> None:
    network = Network(PROVIDER)
    network.asked.clear()
    network.wait_for_request()
    assert network.time >= 32
    assert network.asked[-1][1].host == "192.0.2.2"
    network.answer(200)
    assert network.standing.server == "192.0.2.2:5060"
    network.wait_for_request()
    assert network.asked[-1][1].host == "192.0.2.2"


def test_registrar_is_asked_again_when_it_wishes_to_be() -> None:
    network = Network(PROVIDER)
    network.answer(403, b"Retry-After: 900 (maintenance);duration=3600")
    network.asked.clear()
    network.wait(895)
    assert not network.asked
    network.wait(400)
    assert network.asked


def test_server_that_is_overloaded_is_left_for_the_next_one() -> None:
    network = Network(PROVIDER)
    network.answer(503, b"Retry-After: 5")
    assert network.asked[-1][1].host == "192.0.2.2"


def test_trunk_without_any_server_is_unreachable_and_comes_back() -> None:
    network = Network()
    network.down = {"192.0.2.1", "192.0.2.2"}
    network.directory.apply(Delta(2, (TrunkPut(PROVIDER),)))
    network.trunks.follow()
    assert network.standing.state == "unreachable"
    network.down = set()
    network.wait(26)
    network.answer(200)
    assert network.standing.state == "registered"


@pytest.mark.parametrize(("by_proxy", "route"), [(True, b"<sip:192.0.2.7:5080;lr>"), (False, None)])
def test_outbound_proxy_gets_all_requests_and_is_their_route_where_it_wants(
    route: bytes | None, *, by_proxy: bool
) -> None:
    trunk = Trunk(
        "t", "T", "provider.test", registers=True, username="u", outbound_proxy="192.0.2.7:5080"
    )
    network = Network(structs.replace(trunk, routes_by_proxy=by_proxy))
    [(request, flow)] = network.asked
    assert (flow.host, flow.port) == ("192.0.2.7", 5080)
    assert request.uri == b"sip:provider.test"
    assert request.get(b"route") == route


def test_a_trunk_works_once_it_is_registered_and_tells_of_each_change() -> None:
    network = Network(PROVIDER)
    noticed = list[str]()
    network.trunks.noticed = noticed.append
    assert not network.trunks.works("t1")
    network.answer(200)
    assert network.trunks.works("t1")
    assert noticed == ["t1"]
    assert not network.trunks.works("t2")
    assert Network(Trunk("p", "Peer", "provider.test")).trunks.works("p")


def test_lost_connection_is_followed_by_a_registration() -> None:
    network = Network(Trunk("t", "T", "provider.test", 0, "tcp", registers=True, username="u"))
    assert network.next().get(b"contact") == b"<sip:u@10.0.0.9:5060;transport=tcp>"
    network.answer(200)
    network.trunks.lost(Flow("tcp", "10.0.0.9:5060", "192.0.2.9", 5060, 9))
    network.wait(5)
    assert not network.asked
    network.trunks.lost(Flow("tcp", "10.0.0.9:5060", "192.0.2.1", 5060, 1))
    network.wait(5)
    assert network.next().method == b"REGISTER"


def test_trunk_that_is_switched_off_takes_its_registration_back() -> None:
    network = Network(PROVIDER)
    network.answer(200)
    off = Trunk("t1", "Provider", "provider.test", registers=True, enabled=False)
    network.directory.apply(Delta(2, (TrunkPut(off),)))
    network.trunks.follow()
    assert network.next().get(b"expires") == b"0"
    network.answer(200)
    assert network.trunks.standings().trunks == ()
    assert network.facts[-1] == TrunkChanged("t1", "Provider", "off", 200, "192.0.2.1:5060")


def test_removed_trunk_that_never_registered_says_nothing() -> None:
    peer = Trunk("p", "Peer", "192.0.2.5", networks=("192.0.2.5/32",))
    network = Network(peer)
    network.directory.apply(Delta(2, (TrunkRemoved("p"),)))
    network.trunks.follow()
    assert network.asked == network.facts == []


@pytest.mark.parametrize("status", [200, 404, 405, 503])
def test_peer_is_reachable_while_it_answers_anything(status: int) -> None:
    network = Network(Trunk("p", "Peer", "192.0.2.5", 5070, keep_alive_s=30))
    network.wait(1)
    request = network.next()
    assert (request.method, request.uri) == (b"OPTIONS", b"sip:192.0.2.5:5070")
    network.time += 0.040
    network.answer(status)
    assert network.standing == TrunkStanding("p", "reachable", 0, "192.0.2.5:5070", 40)
    network.wait(31)
    network.asked.clear()
    network.wait(33)
    assert network.standing == TrunkStanding("p", "unreachable", 0, "192.0.2.5:5070")


def test_registrar_that_falls_silent_is_left_for_the_next_one() -> None:
    network = Network(
        Trunk("t", "T", "provider.test", registers=True, keep_alive_s=30, username="u")
    )
    network.answer(200)
    network.wait(1)
    network.answer(200)
    network.down = {"192.0.2.1"}
    network.wait_for_request()
    [(request, flow)] = network.asked
    assert (request.method, flow.host) == (b"REGISTER", "192.0.2.2")


def test_trunk_that_cannot_work_harms_no_other() -> None:
    odd = Trunk("o", "Odd", "192.0.2.5", registers=True, outbound_proxy="<odd>")
    network = Network(odd, PROVIDER)
    assert network.standing.id == "t1"


def test_changed_trunk_registers_anew_once_the_old_registration_is_taken_back() -> None:
    network = Network(PROVIDER)
    network.answer(200)
    network.directory.apply(Delta(2, (TrunkPut(structs.replace(PROVIDER, name="New name")),)))
    network.trunks.follow()
    network.trunks.follow()
    assert network.next().get(b"expires") == b"0"
    network.answer(401, CHALLENGE)
    assert network.next().get(b"expires") == b"0"
    network.answer(200)
    assert network.next().get(b"expires") == b"3600"
    network.answer(200)
    assert network.standing.state == "registered"


def test_changed_trunk_does_not_wait_for_a_registrar_that_is_silent() -> None:
    network = Network(PROVIDER)
    network.answer(200)
    elsewhere = structs.replace(PROVIDER, host="192.0.2.77")
    network.directory.apply(Delta(2, (TrunkPut(elsewhere),)))
    network.trunks.follow()
    network.asked.clear()
    network.wait_for_request()
    assert network.time <= 5
    [(request, flow)] = network.asked
    assert (request.get(b"expires"), flow.host) == (b"3600", "192.0.2.77")


@pytest.mark.parametrize(
    ("transport", "sips", "scheme"),
    [("tls", True, b"sips"), ("tls", False, b"sip"), ("tcp", True, b"sip")],
)
def test_a_provider_reads_sips_uris_where_it_wants_them_and_tls_carries_them(
    transport: str, sips: bool, scheme: bytes
) -> None:
    trunk = Trunk("t", "T", "provider.example", transport=transport, sips=sips, username="me")
    requests = TrunkRequests(trunk, b"c", b"t")
    port = ":5061" if transport == "tls" else ":5060"
    flow = Flow(transport, f"192.0.2.1{port}", "192.0.2.9", 5061)
    path = Path(flow, b"192.0.2.1:5061", b"Via: v", None)
    told = requests.register(path, [], 60)
    request = parse(told)
    assert isinstance(request, Request)
    tail = b"" if scheme == b"sips" else b";transport=" + transport.encode()
    assert request.uri == scheme + b":provider.example"
    assert request.get(b"to") == b"<%b:me@provider.example>" % scheme
    assert request.get(b"contact") == b"<%b:me@192.0.2.1:5061%b>" % (scheme, tail)
    assert address_at(trunk, "100") == scheme + b":100@provider.example"


def test_a_provider_at_an_ipv6_address_is_written_in_brackets() -> None:
    trunk = Trunk("t", "T", "2001:db8::1", 5080)
    requests = TrunkRequests(trunk, b"", b"")
    assert requests.domain == b"[2001:db8::1]"
    assert requests.registrar == b"sip:[2001:db8::1]:5080"
    assert address_at(trunk, "100") == b"sip:100@[2001:db8::1]:5080"
