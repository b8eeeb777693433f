"""Reliable provisionals in virtual time."""

from __future__ import annotations

import pytest

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.dialogs.reliable import (
    Provisional,
    ReliableProvisionals,
    ReliableReceiver,
    Unacknowledged,
    is_reliable,
    reliability,
)
from pbxcore.sip.message import Request, Response


def prack(rack: bytes) -> Request:
    return Request(b"PRACK", b"sip:x", b"SIP/2.0", [b"RAck: " + rack], b"")


def acknowledge(machine: ReliableProvisionals, rack: bytes, now: float) -> list[Provisional]:
    machine.match(prack(rack))
    return machine.acknowledge(now)


def response(rseq: bytes) -> Response:
    lines = [b"CSeq: 1 INVITE", b"Require: 100rel", b"RSeq: " + rseq]
    return Response(183, b"", b"SIP/2.0", lines, b"")


def invite(*lines: bytes) -> Request:
    return Request(b"INVITE", b"sip:x", b"SIP/2.0", list(lines), b"")


def test_unacknowledged_provisional_is_repeated_at_doubling_intervals_for_32_seconds() -> None:
    machine = ReliableProvisionals(10, 1)
    (sent,) = machine.send(183, "", (), b"sdp", 0.0)
    assert sent.lines == (b"Require: 100rel", b"RSeq: 10")
    outputs: list[tuple[float, Provisional | Unacknowledged]] = []
    while (deadline := machine.deadline) is not None:
        outputs += [(deadline, each) for each in machine.tick(deadline)]
    assert [at for at, each in outputs if each is sent] == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert outputs[-1] == (32.0, Unacknowledged())


def test_second_waits_for_the_prack_of_the_first() -> None:
    machine = ReliableProvisionals(10, 1)
    machine.send(180, "", (), b"", 0.0)
    assert machine.send(183, "", (), b"sdp", 0.1) == []
    assert machine.describes
    (second,) = acknowledge(machine, b"10 1 INVITE", 0.2)
    assert (second.status, second.lines[1]) == (183, b"RSeq: 11")
    assert acknowledge(machine, b"11 1 INVITE", 0.3) == []
    assert machine.settled
    assert machine.deadline is None


@pytest.mark.parametrize("rack", [b"11 1 INVITE", b"10 2 INVITE", b"10 1 UPDATE", b"9 1 INVITE"])
def test_prack_for_nothing_open_is_481(rack: bytes) -> None:
    machine = ReliableProvisionals(10, 1)
    machine.send(183, "", (), b"", 0.0)
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.match(prack(rack))
    assert refusal.value.status == 481
    assert not machine.settled


def test_same_prack_twice_is_481() -> None:
    machine = ReliableProvisionals(10, 1)
    machine.send(183, "", (), b"", 0.0)
    acknowledge(machine, b"10 1 INVITE", 0.1)
    with pytest.raises(RemoteProtocolError):
        acknowledge(machine, b"10 1 INVITE", 0.2)


@pytest.mark.parametrize(
    "rack", [b"", b"0 1 INVITE", b"10 INVITE", b"x 1 INVITE", b"99999999999 1 INVITE"]
)
def test_malformed_rack_is_400(rack: bytes) -> None:
    machine = ReliableProvisionals(10, 1)
    machine.send(183, "", (), b"", 0.0)
    with pytest.raises(RemoteProtocolError) as refusal:
        machine.match(prack(rack))
    assert refusal.value.status == 400


def test_after_a_final_response_nothing_is_repeated_but_a_prack_is_still_taken() -> None:
    machine = ReliableProvisionals(10, 1)
    machine.send(180, "", (), b"", 0.0)
    machine.stop()
    assert machine.tick(100.0) == []
    assert acknowledge(machine, b"10 1 INVITE", 101.0) == []


def test_receiver_acknowledges_in_order_and_once() -> None:
    receiver = ReliableReceiver()
    assert receiver.receive(response(b"7")) == b"7 1 INVITE"
    assert receiver.receive(response(b"7")) is None
    assert receiver.receive(response(b"9")) is None
    assert receiver.receive(response(b"8")) == b"8 1 INVITE"


@pytest.mark.parametrize("rseq", [b"", b"0", b"-1", b"4294967296", b"x"])
def test_malformed_rseq_is_an_error(rseq: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        ReliableReceiver().receive(response(rseq))


def test_reliable_needs_both_require_and_rseq() -> None:
    assert is_reliable(response(b"1"))
    assert not is_reliable(Response(183, b"", b"SIP/2.0", [b"RSeq: 1"], b""))
    assert not is_reliable(Response(183, b"", b"SIP/2.0", [b"Require: 100rel"], b""))
    assert not is_reliable(Response(200, b"", b"SIP/2.0", [b"Require: 100rel", b"RSeq: 1"], b""))


def test_who_sends_provisionals_reliably() -> None:
    assert reliability(invite(b"Require: 100rel"), "off")
    assert reliability(invite(b"Supported: timer, 100rel"), "supported")
    assert not reliability(invite(b"Supported: 100rel"), "off")
    assert not reliability(invite(), "supported")
    with pytest.raises(RemoteProtocolError) as refusal:
        reliability(invite(), "required")
    assert refusal.value.status == 421
    assert refusal.value.headers == (b"Require: 100rel",)
