"""INVITE transactions in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.message import Request, Response, build_request, parse
from pbxcore.sip.transactions.invite_client import InviteClientTransaction
from pbxcore.sip.transactions.invite_server import InviteServerTransaction
from pbxcore.sip.transactions.outputs import Cancel, Deliver, Fail, Send, Trying, Unacknowledged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxcore.sip.transactions.outputs import Output

INVITE = build_request(
    b"INVITE",
    b"sip:200@pbx",
    [
        b"Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1",
        b"Route: <sip:edge;lr>, <sip:core;lr>",
        b"Max-Forwards: 70",
        b"From: <sip:100@pbx>;tag=a",
        b"To: <sip:200@pbx>",
        b"Call-ID: c",
        b"CSeq: 7 INVITE",
        b"Contact: <sip:100@10.0.0.1>",
    ],
)


def response(status: int) -> Response:
    lines = [b"To: <sip:200@pbx>;tag=b", b"CSeq: 7 INVITE"]
    return Response(status, b"X", b"SIP/2.0", lines, b"")


def run_out(
    machine: InviteClientTransaction | InviteServerTransaction,
) -> Iterator[tuple[float, Output]]:
    """Let time pass from deadline to deadline until there is none."""
    while (deadline := machine.deadline) is not None:
        assert deadline < 1000
        for output in machine.tick(deadline):
            yield deadline, output


def calling(*, reliable: bool = False) -> InviteClientTransaction:
    machine = InviteClientTransaction(INVITE, reliable=reliable)
    assert machine.start(0.0) == [Send(INVITE)]
    return machine


def ringing(*, reliable: bool = False) -> InviteClientTransaction:
    machine = calling(reliable=reliable)
    machine.receive(response(180), 0.1)
    return machine


def sent(outputs: list[Output]) -> list[Request]:
    found = []
    for each in outputs:
        if isinstance(each, Send):
            message = parse(each.data)
            assert isinstance(message, Request)
            found.append(message)
    return found


def test_unanswered_invite_is_resent_at_doubling_intervals_then_fails() -> None:
    outputs = list(run_out(calling()))
    assert [at for at, out in outputs if isinstance(out, Send)] == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert [(at, out) for at, out in outputs if isinstance(out, Fail)] == [(32.0, Fail(408))]


def test_over_a_reliable_transport_nothing_is_resent() -> None:
    assert list(run_out(calling(reliable=True))) == [(32.0, Fail(408))]


def test_a_provisional_response_stops_the_repetition_and_lets_it_ring() -> None:
    machine = calling()
    [output] = machine.receive(response(100), 0.2)
    assert isinstance(output, Deliver)
    assert machine.deadline is None


def test_a_refusal_is_acknowledged_in_the_transaction_again_and_again() -> None:
    machine = ringing()
    outputs = machine.receive(response(486), 1.0)
    [ack] = sent(outputs)
    assert ack.method == b"ACK"
    assert ack.uri == b"sip:200@pbx"
    assert ack.get(b"via") == b"SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1"
    assert ack.get(b"to") == b"<sip:200@pbx>;tag=b"
    assert ack.get(b"cseq") == b"7 ACK"
    assert ack.get(b"route") == b"<sip:edge;lr>, <sip:core;lr>"
    assert any(isinstance(each, Deliver) for each in outputs)
    [again] = sent(machine.receive(response(486), 2.0))
    assert again.method == b"ACK"
    assert machine.deadline == 33.0
    assert list(run_out(machine)) == []
    assert machine.ended


def test_forked_successes_pass_until_timer_m() -> None:
    machine = ringing()
    for at in (1.0, 2.0, 20.0):
        [output] = machine.receive(response(200), at)
        assert isinstance(output, Deliver)
    assert machine.deadline == 33.0
    assert machine.receive(response(486), 3.0) == []


def test_a_cancel_waits_for_a_provisional_response() -> None:
    machine = calling()
    assert machine.cancel(0.1) == []
    assert [type(each) for each in machine.receive(response(180), 1.0)] == [Deliver, Cancel]
    assert machine.cancel(1.1) == []


def test_after_a_cancel_silence_ends_the_call() -> None:
    machine = ringing()
    assert machine.cancel(5.0) == [Cancel()]
    assert list(run_out(machine)) == [(37.0, Fail(408))]


def test_a_success_that_crosses_the_cancel_is_delivered() -> None:
    machine = ringing()
    machine.cancel(5.0)
    [output] = machine.receive(response(200), 5.01)
    assert isinstance(output, Deliver)


def test_a_lost_transport_fails_once() -> None:
    machine = ringing(reliable=True)
    assert machine.fail() == [Fail(503)]
    assert machine.fail() == []


def test_a_slow_answer_gets_a_trying_after_200_ms() -> None:
    machine = InviteServerTransaction(0.0, reliable=False)
    assert machine.deadline == 0.2
    assert machine.tick(0.2) == [Trying()]
    assert machine.progress(b"100") == [Send(b"100")]
    assert machine.repeat() == [Send(b"100")]
    assert machine.deadline is None


def test_a_refusal_is_repeated_until_acknowledged() -> None:
    machine = InviteServerTransaction(0.0, reliable=False)
    assert machine.answer(b"486", 1.0, success=False) == [Send(b"486")]
    assert machine.tick(1.5) == [Send(b"486")]
    assert machine.tick(2.5) == [Send(b"486")]
    assert machine.acknowledge(3.0)
    assert machine.deadline == 8.0
    assert machine.repeat() == []
    assert list(run_out(machine)) == []
    assert machine.deadline is None


def test_a_refusal_nobody_acknowledges_is_told() -> None:
    machine = InviteServerTransaction(0.0, reliable=False)
    machine.answer(b"486", 0.0, success=False)
    outputs = list(run_out(machine))
    sends = [at for at, out in outputs if isinstance(out, Send)]
    assert sends == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert outputs[-1] == (32.0, Unacknowledged())


def test_a_success_is_repeated_by_the_dialog_alone_and_absorbs_the_invite() -> None:
    machine = InviteServerTransaction(0.0, reliable=False)
    machine.answer(b"200", 0.0, success=True)
    assert machine.repeat() == []
    assert machine.repeat_success() == [Send(b"200")]
    assert not machine.acknowledge(1.0)  # the dialog's
    assert list(run_out(machine)) == []
    assert machine.deadline is None


def test_nothing_follows_the_final_answer() -> None:
    machine = InviteServerTransaction(0.0, reliable=False)
    machine.answer(b"486", 0.0, success=False)
    assert machine.progress(b"180") == []
    assert machine.answer(b"200", 0.1, success=True) == []
