"""The transaction layer on a wire of lists, in virtual time."""

from __future__ import annotations

import secrets
import weakref
from typing import TYPE_CHECKING

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.flow import Flow, Target
from pbxcore.sip.message import Request, Response, build_request, build_response, parse
from pbxcore.sip.transactions.deadlines import Deadlines
from pbxcore.sip.transactions.layer import TransactionLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.transactions.deadlines import Planned
    from pbxcore.sip.transactions.incoming import Incoming

PEER = Flow("udp", "10.0.0.9:5060", "10.0.0.1", 5060)
STREAM = Flow("tcp", "10.0.0.9:5060", "10.0.0.1", 40000, 1)


class Stack:
    """One layer, what it sent, and the clock that drives it."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sent: list[bytes] = []
        self.ways: list[Flow] = []
        self.reached: list[Target] = []
        self.broken = False
        self.requests: list[Incoming] = []
        self.acks: list[Request] = []
        self.successes: list[Response] = []
        self.layer = TransactionLayer(
            self,
            self.requests.append,
            clock=lambda: self.time,
            entropy=secrets.token_bytes,
            arm=lambda _deadline: None,
        )
        self.layer.on_ack = lambda request, _flow: self.acks.append(request)
        self.layer.on_success = lambda response, _flow: self.successes.append(response)

    def send(self, data: bytes, flow: Flow, _port: int) -> bool:
        if self.broken and flow.connection == 1:
            return False
        self.sent.append(data)
        self.ways.append(flow)
        return True

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        self.reached.append(target)
        then(Flow(target.transport, "10.0.0.9:5060", target.host, target.port, 2))

    def advertised(self, flow: Flow) -> tuple[str, int]:
        return "10.0.0.9", 5060

    def hold(self, flow: Flow, seconds: float) -> None:
        pass

    def run_out(self) -> None:
        """Let time pass from deadline to deadline until there is none."""
        while (deadline := self.layer.deadline) is not None:
            self.time = max(self.time, deadline)
            assert self.time < 1000
            self.layer.tick(self.time)

    def statuses(self) -> list[int]:
        found = [parse(each) for each in self.sent]
        return [each.status for each in found if isinstance(each, Response)]


def request(
    method: bytes, *, branch: bytes = b"z9hG4bK1", to_tag: bytes = b"", cseq: bytes = b"7"
) -> bytes:
    lines = [
        b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=" + branch,
        b"Max-Forwards: 70",
        b"From: <sip:100@pbx>;tag=a",
        b"To: <sip:200@pbx>" + (b";tag=" + to_tag if to_tag else b""),
        b"Call-ID: c",
        b"CSeq: %b %b" % (cseq, method),
    ]
    return build_request(method, b"sip:200@pbx", lines)


def answer(status: int, branch: bytes, method: bytes = b"INVITE") -> bytes:
    lines = [
        b"Via: SIP/2.0/UDP 10.0.0.9:5060;branch=" + branch,
        b"From: <sip:100@pbx>;tag=a",
        b"To: <sip:200@pbx>;tag=b",
        b"Call-ID: c",
        b"CSeq: 7 " + method,
    ]
    return build_response(status, "X", lines)


def invited(stack: Stack) -> Incoming:
    stack.layer.receive(request(b"INVITE"), PEER)
    [incoming] = stack.requests
    return incoming


def test_an_invite_rings_and_is_answered_and_its_ack_goes_to_the_dialog() -> None:
    stack = Stack()
    incoming = invited(stack)
    incoming.provisional(180, lines=[b"Contact: <sip:200@10.0.0.9>"])
    stack.layer.receive(request(b"INVITE"), PEER)  # its repetition gets the 180 again
    incoming.answer(200)
    stack.layer.receive(request(b"INVITE"), PEER)  # absorbed now
    assert stack.statuses() == [180, 180, 200]
    assert len(stack.requests) == 1
    ack = request(b"ACK", branch=b"z9hG4bK2", to_tag=incoming.tag)
    stack.layer.receive(ack, PEER)
    assert [each.method for each in stack.acks] == [b"ACK"]
    stack.run_out()
    assert len(stack.layer) == 0


def test_a_refusal_of_a_kept_invite_is_repeated_until_its_ack() -> None:
    stack = Stack()
    incoming = invited(stack)
    incoming.keep()
    incoming.answer(486)
    stack.time = 0.5
    stack.layer.tick(0.5)
    stack.layer.receive(request(b"ACK", to_tag=incoming.tag), PEER)
    stack.run_out()
    assert stack.statuses() == [486, 486]
    assert stack.acks == []
    assert len(stack.layer) == 0
    assert stack.layer.open == 0


def test_a_handler_that_keeps_an_invite_gets_it_a_100_after_200_ms() -> None:
    stack = Stack()
    stack.layer.on_request = lambda incoming: incoming.keep()
    stack.layer.receive(request(b"INVITE"), PEER)
    assert stack.layer.deadline == 0.2
    stack.layer.tick(0.2)
    [trying] = [parse(each) for each in stack.sent]
    assert isinstance(trying, Response)
    assert trying.status == 100
    assert trying.get(b"to") == b"<sip:200@pbx>"
    assert trying.get(b"timestamp") is None


def test_a_100_repeats_the_timestamp_by_which_the_sender_measures_the_way() -> None:
    stack = Stack()
    stack.layer.on_request = lambda incoming: incoming.keep()
    invite = request(b"INVITE").replace(b"Max-Forwards: 70", b"Timestamp: 54.210")
    stack.layer.receive(invite, PEER)
    stack.layer.tick(0.2)
    [trying] = [parse(each) for each in stack.sent]
    assert trying.get(b"timestamp") == b"54.210"


def test_a_cancel_has_its_200_and_the_invite_its_487_with_one_tag() -> None:
    stack = Stack()
    incoming = invited(stack)
    incoming.on_cancel = lambda _request: incoming.answer(487)
    incoming.provisional(180)
    stack.layer.receive(request(b"CANCEL"), PEER)
    assert stack.statuses() == [180, 200, 487]
    assert len({parse(each).get(b"to") for each in stack.sent}) == 1
    stack.layer.receive(request(b"CANCEL"), PEER)
    assert stack.statuses() == [180, 200, 487, 200]


def test_a_cancel_after_the_final_answer_has_no_effect() -> None:
    stack = Stack()
    incoming = invited(stack)
    cancelled: list[Request] = []
    incoming.on_cancel = cancelled.append
    incoming.answer(200)
    stack.layer.receive(request(b"CANCEL"), PEER)
    assert stack.statuses() == [200, 200]
    assert cancelled == []


def test_a_cancel_of_nothing_is_refused() -> None:
    stack = Stack()
    stack.layer.receive(request(b"CANCEL"), PEER)
    assert stack.statuses() == [481]


def test_a_cancel_of_another_request_than_an_invite_has_no_effect() -> None:
    stack = Stack()
    stack.layer.receive(request(b"MESSAGE"), PEER)
    [incoming] = stack.requests
    incoming.keep()
    stack.layer.receive(request(b"CANCEL"), PEER)
    assert stack.statuses() == [200]
    incoming.answer(202)
    assert stack.statuses() == [200, 202]


def test_the_same_invite_by_another_path_is_merged() -> None:
    stack = Stack()
    invited(stack).keep()
    stack.layer.receive(request(b"INVITE", branch=b"z9hG4bK2"), PEER)
    assert stack.statuses() == [482]


def test_a_peer_older_than_rfc_3261_is_matched_by_its_headers() -> None:
    stack = Stack()
    old = b"old"
    stack.layer.receive(request(b"INVITE", branch=old), PEER)
    [incoming] = stack.requests
    incoming.keep()
    stack.layer.receive(request(b"INVITE", branch=old), PEER)
    assert len(stack.requests) == 1
    incoming.answer(486)
    stack.layer.receive(request(b"ACK", branch=old, to_tag=incoming.tag), PEER)
    assert stack.acks == []
    stack.run_out()
    assert stack.statuses() == [486]


def test_an_unkept_refusal_costs_no_memory_and_its_ack_nothing() -> None:
    stack = Stack()

    def refuse(_incoming: Incoming) -> None:
        raise RemoteProtocolError(405)

    stack.layer.on_request = refuse
    for _ in range(2):
        stack.layer.receive(request(b"INVITE"), PEER)
    assert stack.statuses() == [405, 405]
    assert len({parse(each).get(b"to") for each in stack.sent}) == 1
    assert len(stack.layer) == 0


def test_our_invite_hears_ringing_and_the_success_and_its_repetitions() -> None:
    stack = Stack()
    heard: list[int] = []
    branch = stack.layer.branch()
    stack.layer.invite(
        request(b"INVITE", branch=branch), PEER, branch, lambda status, _: heard.append(status)
    )
    for status in (100, 180, 200, 200):
        stack.layer.receive(answer(status, branch), PEER)
    assert heard == [180, 200, 200]
    assert stack.layer.open == 0
    stack.run_out()
    assert len(stack.layer) == 0
    stack.layer.receive(answer(200, branch), PEER)
    assert [each.status for each in stack.successes] == [200]


def test_our_cancel_follows_the_first_provisional() -> None:
    stack = Stack()
    heard: list[int] = []
    branch = stack.layer.branch()
    invite = stack.layer.invite(
        request(b"INVITE", branch=branch), PEER, branch, lambda status, _: heard.append(status)
    )
    invite.cancel(b'Reason: SIP;cause=200;text="Call completed elsewhere"')
    assert len(stack.sent) == 1
    stack.layer.receive(answer(180, branch), PEER)
    cancel = parse(stack.sent[-1])
    assert isinstance(cancel, Request)
    assert cancel.method == b"CANCEL"
    assert cancel.get(b"reason") == b'SIP;cause=200;text="Call completed elsewhere"'
    stack.layer.receive(answer(200, branch, b"CANCEL"), PEER)
    stack.layer.receive(answer(487, branch), PEER)
    assert heard == [180, 487]
    ack = parse(stack.sent[-1])
    assert isinstance(ack, Request)
    assert ack.method == b"ACK"
    stack.run_out()
    assert len(stack.layer) == 0
    assert stack.layer.open == 0


def test_a_lost_connection_fails_what_waits_on_it() -> None:
    stack = Stack()
    heard: list[tuple[int, Response | None]] = []
    branch = stack.layer.branch()
    stack.layer.invite(
        request(b"INVITE", branch=branch), STREAM, branch, lambda *each: heard.append(each)
    )
    stack.layer.lost(STREAM)
    assert heard == [(503, None)]
    assert len(stack.layer) == 0


def test_a_response_whose_connection_is_gone_takes_a_new_one_to_the_same_host() -> None:
    stack = Stack()
    stack.layer.receive(request(b"OPTIONS"), STREAM)
    stack.broken = True
    stack.requests[0].answer(200)
    assert stack.reached == [Target("tcp", "10.0.0.1", 5060)]
    assert stack.statuses() == [200]


def test_time_that_jumps_does_not_hold_the_clock() -> None:
    stack = Stack()
    heard: list[int] = []
    key = (stack.layer.branch(), b"OPTIONS")
    stack.layer.request(
        request(b"OPTIONS", branch=key[0]), PEER, key, lambda status, _: heard.append(status)
    )
    stack.time = 1000.0
    for _ in range(100):
        stack.layer.tick(stack.time)
    assert heard == [408]
    assert len(stack.layer) == 0


class Sleeper:
    """Wants to be woken far ahead."""

    def __init__(self, deadline: float) -> None:
        self.planned: Planned | None = None
        self.deadline: float | None = deadline
        self.woken = 0

    def tick(self, now: float) -> None:
        self.woken += 1
        self.deadline = None


def test_what_is_dropped_is_neither_woken_nor_kept() -> None:
    deadlines = Deadlines(lambda _deadline: None)
    kept = [Sleeper(500.0 + number) for number in range(10)]
    dropped = [Sleeper(900.0 + number) for number in range(500)]
    for each in (*kept, *dropped):
        deadlines.watch(each)
        each.deadline -= 1.0  # closer than it was
        deadlines.watch(each)
    watched = [weakref.ref(each) for each in dropped]
    for each in dropped:
        deadlines.drop(each)
        deadlines.drop(each)
    del dropped, each
    assert all(each() is None for each in watched)
    deadlines.tick(1000.0)
    assert [each.woken for each in kept] == [1] * 10


def test_a_100_that_reaches_nobody_ends_the_invite_once() -> None:
    stack = Stack()
    stack.layer.on_request = lambda incoming: incoming.keep()
    stack.layer.receive(request(b"INVITE"), STREAM)
    stack.send = lambda _data, _flow, _port: False  # type: ignore[method-assign]
    stack.run_out()
    assert len(stack.layer) == 0
    assert stack.layer.open == 0
